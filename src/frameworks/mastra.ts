// onbehalf/mastra: an agent of Mastra in the chat. It imports nothing of Mastra.

import { DECLINED, TOOL_FAILED } from '../agent/asking.ts'
import type { EventWriter, RunNotes } from '../agent/event-writer.ts'
import type { AgentEvent } from '../agent/events.ts'
import { providerError } from '../agent/model-failure.ts'
import type { AgentTurn } from '../agent/turn.ts'
import { isObject, parseJson, type UnknownObject } from '../core/json.ts'
import { beginNamed, pageIn, textIn } from './fields.ts'
import { withOwnIds } from './own-ids.ts'
import { begun, type Table, translated } from './table.ts'

/** What the `stream` of an agent gives. */
export interface MastraStream {
  readonly fullStream: AsyncIterable<unknown>
}

/** A message as Mastra takes it. */
export type MastraMessage =
  | { role: 'user'; content: string }
  | { role: 'assistant'; content: string }
  | { role: 'user'; content: ({ type: 'text'; text: string } | { type: 'image'; image: string })[] }
  | {
      role: 'assistant'
      content: { type: 'tool-call'; toolCallId: string; toolName: string; input: unknown }[]
    }
  | {
      role: 'tool'
      content: {
        type: 'tool-result'
        toolCallId: string
        toolName: string
        output: { type: 'text'; value: string }
      }[]
    }

/**
 * The messages of a conversation, oldest first.
 *
 * @param request What `agentChat` gives to a run.
 */
export function mastraMessages(request: { readonly input: readonly AgentTurn[] }): MastraMessage[] {
  return withOwnIds(request.input).flatMap(messagesOf)
}

function messagesOf(turn: AgentTurn): MastraMessage[] {
  if (turn.role === 'assistant') return [{ role: 'assistant', content: turn.text }]
  if (turn.role === 'user') {
    const images = (turn.images ?? []).map((image) => ({ type: 'image', image }) as const)
    if (images.length === 0) return [{ role: 'user', content: turn.text }]
    return [{ role: 'user', content: [{ type: 'text', text: turn.text }, ...images] }]
  }
  const { callId: toolCallId, name: toolName, output: value } = turn
  const input = parseJson(turn.arguments) ?? {}
  const output = { type: 'text', value } as const
  return [
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName, input }] },
    { role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName, output }] },
  ]
}

/**
 * The events of a streamed answer, for `agentChat`.
 *
 * @throws AuthError `server_unavailable` when the model fails. `refusal.model` says why. It holds no
 *   foreign text.
 *
 * @example
 * ```ts
 * yield* mastraEvents(agent.stream(mastraMessages(request), { abortSignal: request.signal }))
 * ```
 */
export async function* mastraEvents(
  stream: MastraStream | PromiseLike<MastraStream>,
  notes: RunNotes = {},
): AsyncGenerator<AgentEvent, void, undefined> {
  const { fullStream } = await begun(stream)
  yield* translated(fullStream, TABLE, (writer) => writer, notes)
}

/** What each chunk becomes, by its type. */
const TABLE: Table<EventWriter> = {
  'text-delta': (chunk, writer) => writer.text(textIn(payloadOf(chunk).text)),
  'text-end': (_, writer) => writer.endText(),
  'reasoning-delta': (chunk, writer) => writer.think(textIn(payloadOf(chunk).text)),
  source(chunk, writer) {
    const page = pageIn(payloadOf(chunk))
    if (page) writer.cite(page)
  },
  'tool-call': beginCall,
  'tool-result'(chunk, writer) {
    beginCall(chunk, writer)
    const { toolCallId, result, isError } = payloadOf(chunk)
    const failed = isError === true || (isObject(result) && result.isError === true)
    writer.result(textIn(toolCallId), result, failed ? 'failed' : 'done')
  },
  'tool-error'(chunk, writer) {
    beginCall(chunk, writer)
    writer.result(textIn(payloadOf(chunk).toolCallId), TOOL_FAILED, 'failed')
  },
  'tool-output-denied': (chunk, writer) =>
    writer.result(textIn(payloadOf(chunk).toolCallId), DECLINED, 'failed'),
  // A processor of the app has refused the answer.
  tripwire: (_, writer) => writer.add({ type: 'withdrawn' }),
  error(chunk) {
    throw providerError(payloadOf(chunk).error)
  },
}

function payloadOf({ payload }: UnknownObject): UnknownObject {
  return isObject(payload) ? payload : {}
}

function beginCall(chunk: UnknownObject, writer: EventWriter): void {
  const { toolCallId, toolName, args } = payloadOf(chunk)
  beginNamed(toolCallId, toolName, args, writer)
}
