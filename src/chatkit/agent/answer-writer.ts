// An agent's events as ChatKit events, one after the other: a stretch of calls or of reasoning is complete before the next text begins.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { IdKind } from '../protocol/id.ts'
import type { ItemBase } from '../protocol/item.ts'
import type { Json, JsonObject } from '../protocol/json.ts'
import { imageWriter } from './image-writer.ts'
import { messageWriter } from './message-writer.ts'
import { reasoningWriter } from './reasoning-writer.ts'
import { workflowWriter } from './workflow-writer.ts'

/** Makes ids: `newItem` of the answer's context. */
export type NewItem = (kind: IdKind) => ItemBase

/** What a run may need besides. */
export interface AgentResponseOptions {
  /**
   * The page of the app where a person begins to connect their account for a server (https, or loopback). Default: no link is shown. See
   * `connections` of onbehalf/oauth.
   */
  readonly connectUrl?: (server: string) => string
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Writes one answer. Each method puts its events at the end of `out`: an array of the caller's, so that a piece of text costs two objects. */
export interface AnswerWriter {
  write(event: AgentEvent, out: AnswerEvent[]): void
  /** Completes what is open. */
  end(out: AnswerEvent[]): void
}

/** Makes the writer of one answer. */
export function answerWriter(
  newItem: NewItem,
  { connectUrl, now = Date.now }: AgentResponseOptions,
): AnswerWriter {
  /** The items of this run, for the case that none may stay. */
  const begun: string[] = []
  const noted: NewItem = (kind) => {
    const base = newItem(kind)
    begun.push(base.id)
    return base
  }
  const message = messageWriter(noted)
  const workflow = workflowWriter(noted)
  const reasoning = reasoningWriter(noted, now)
  const image = imageWriter(noted)
  const linked = new Set<string>()
  let withdrawn = false

  function end(out: AnswerEvent[]): void {
    if (withdrawn) return
    message.close(out)
    workflow.close(out)
    reasoning.close(out)
  }

  function beforeText(out: AnswerEvent[]): void {
    workflow.close(out)
    reasoning.close(out)
  }

  function link(server: string, out: AnswerEvent[]): void {
    if (!connectUrl || linked.has(server)) return
    linked.add(server)
    const text = `Connect your ${server} account`
    out.push({
      type: 'notice',
      level: 'info',
      title: text,
      message: `[${plain(text)}](${linkTo(connectUrl(server))}) to continue.`,
    })
  }

  return {
    end,
    write(event, out) {
      switch (event.type) {
        case 'text_delta':
          if (!message.isOpen()) beforeText(out)
          message.write(event.delta, out)
          return
        case 'citation':
          if (!message.isOpen()) beforeText(out)
          message.cite(event.citation, out)
          return
        case 'text_done':
          beforeText(out)
          message.close(out, event.text, event.citations)
          return
        case 'reasoning_started':
        case 'reasoning_delta':
        case 'reasoning_done':
          message.close(out)
          workflow.close(out)
          reasoning.write(event, out)
          return
        case 'tool_started':
        case 'hosted_started':
        case 'hosted_done':
        case 'handoff':
          message.close(out)
          reasoning.close(out)
          workflow.write(event, out)
          return
        case 'tool_done':
          workflow.write(event, out)
          return
        case 'image_started':
        case 'image':
          end(out)
          image(event, out)
          return
        case 'connection_needed':
          link(event.server, out)
          return
        case 'client_tool': {
          // Last of all: the page's answer names no call, so it is the newest item that it is for.
          end(out)
          const { callId: call_id, name } = event
          const call = {
            status: 'pending',
            call_id,
            name,
            arguments: parseArguments(event.arguments),
          } as const
          out.push({
            type: 'thread.item.done',
            item: { ...noted('tool_call'), type: 'client_tool_call', ...call },
          })
          return
        }
        case 'approval_needed':
          end(out)
          return
        case 'withdrawn':
          withdrawn = true
          for (const item_id of begun) out.push({ type: 'thread.item.removed', item_id })
          out.push({
            type: 'error',
            code: 'custom',
            message: 'This is not answered here.',
            allow_retry: false,
          })
          return
      }
    },
  }
}

/** The run gives a JSON object. */
function parseArguments(text: string): JsonObject {
  const value: Json = JSON.parse(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {}
}

/** Words within a Markdown link. */
function plain(text: string): string {
  return text.replace(/[\\[\]()<>*_`]/g, '\\$&')
}

/** A URL within a Markdown link. It must be a page that a person can be sent to. */
function linkTo(url: string): string {
  const { protocol, hostname, href } = new URL(url)
  const isLocal = protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
  if (protocol !== 'https:' && !isLocal) throw new TypeError('connectUrl must give https URLs')
  return href.replaceAll('(', '%28').replaceAll(')', '%29')
}
