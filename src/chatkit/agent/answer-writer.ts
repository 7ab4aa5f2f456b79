// An agent's events as ChatKit events. A group of calls, or of reasoning, is complete before the
// next text begins.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { ItemBase } from '../protocol/item.ts'
import { parseArguments } from './call-arguments.ts'
import { connectNotices } from './connect-notices.ts'
import { imageWriter } from './image-writer.ts'
import { callsWriter } from './kept-calls.ts'
import { leftOutNotice } from './left-out-notice.ts'
import { messageWriter } from './message-writer.ts'
import type { NewItem } from './new-item.ts'
import { progressUpdate } from './progress-update.ts'
import { reasoningWriter } from './reasoning-writer.ts'
import { workflowWriter } from './workflow-writer.ts'

/** Options of {@link agentResponse}. */
export interface AgentResponseOptions {
  /**
   * The app's page where a person begins to connect an account for a server (https, or loopback).
   * Default: no link is shown. See `connections` of onbehalf/oauth.
   */
  readonly connectUrl?: (server: string) => string
  /**
   * Whether the steps of an answer open to arguments and results, as the run tells them: cut, and
   * without credentials. Then the page has what tools answered. Default false.
   */
  readonly stepDetails?: boolean
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * Writes one answer. Each method puts its events at the end of `out`. The caller owns that array
 * and uses it again, so that a piece of text costs two objects.
 */
export interface AnswerWriter {
  write(event: AgentEvent, out: AnswerEvent[]): void
  /** Completes every item that is open. */
  end(out: AnswerEvent[]): void
}

/** Makes the writer of one answer. */
export function answerWriter(
  newItem: NewItem,
  { connectUrl, stepDetails = false, now = Date.now }: AgentResponseOptions,
): AnswerWriter {
  /** Ids of all items of this run: a guardrail may withdraw them. */
  const begun: string[] = []
  const newItemOfRun: NewItem = (kind) => {
    const base = newItem(kind)
    begun.push(base.id)
    return base
  }
  const message = messageWriter(newItemOfRun)
  const workflow = workflowWriter(newItemOfRun, stepDetails)
  const calls = callsWriter(newItemOfRun)
  const reasoning = reasoningWriter(newItemOfRun, now)
  const showImage = imageWriter(newItemOfRun)
  const showConnectNotice = connectNotices(connectUrl)
  let withdrawn = false

  function end(out: AnswerEvent[]): void {
    if (withdrawn) return
    message.close(out)
    closeSteps(out)
  }

  function closeSteps(out: AnswerEvent[]): void {
    workflow.close(out)
    reasoning.close(out)
  }

  return {
    end,
    write(event, out) {
      switch (event.type) {
        case 'text_delta':
          if (!message.isOpen()) closeSteps(out)
          calls.close()
          message.write(event.delta, out)
          return
        case 'citation':
          if (!message.isOpen()) closeSteps(out)
          message.cite(event.citation, out)
          return
        case 'text_done':
          closeSteps(out)
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
        case 'call_kept':
          calls.write(event.call, out)
          workflow.detail(event.call, out)
          return
        case 'tool_done':
          workflow.write(event, out)
          return
        case 'image_started':
        case 'image':
          end(out)
          showImage(event, out)
          return
        case 'tool_progress':
        case 'left_out':
          out.push(event.type === 'left_out' ? leftOutNotice(event) : progressUpdate(event))
          return
        case 'connection_needed':
          showConnectNotice(event.server, out)
          return
        case 'client_tool':
          // It must be the newest item: the page's answer names no call and belongs to the newest
          // one.
          end(out)
          out.push(clientToolCall(newItemOfRun('tool_call'), event))
          return
        case 'approval_needed':
          end(out)
          return
        case 'withdrawn':
          withdrawn = true
          out.push(...begun.map(removalOf), NOT_ANSWERED)
          return
      }
    },
  }
}

function removalOf(item_id: string): AnswerEvent {
  return { type: 'thread.item.removed', item_id }
}

/** What the person reads when a guardrail has withdrawn the answer. */
const NOT_ANSWERED: AnswerEvent = {
  type: 'error',
  code: 'custom',
  message: 'This is not answered here.',
  allow_retry: false,
}

function clientToolCall(
  base: ItemBase,
  { callId, name, arguments: text }: Extract<AgentEvent, { type: 'client_tool' }>,
): AnswerEvent {
  const call = {
    status: 'pending',
    call_id: callId,
    name,
    arguments: parseArguments(text),
  } as const
  return { type: 'thread.item.done', item: { ...base, type: 'client_tool_call', ...call } }
}
