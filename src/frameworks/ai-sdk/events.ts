// The stream of the AI SDK as events of a run: one table over the parts of its `fullStream`. A part
// that is not known is skipped.

import { DECLINED, TOOL_FAILED } from '../../agent/asking.ts'
import type { EventWriter, RunNotes } from '../../agent/event-writer.ts'
import type { AgentEvent, PendingCall } from '../../agent/events.ts'
import { providerError } from '../../agent/model-failure.ts'
import { isObject, type UnknownObject, writeJson } from '../../core/json.ts'
import { beginNamed, pageIn, textIn } from '../fields.ts'
import { begun, type Table, translated } from '../table.ts'
import { approvalState } from './approval-state.ts'

/** What `streamText` and the `stream` of a `ToolLoopAgent` give. */
export interface AiSdkStream {
  readonly fullStream: AsyncIterable<unknown>
  /** The messages of the answer, for a run that waits for the person. */
  readonly responseMessages?: PromiseLike<readonly unknown[]>
}

/**
 * The events of a streamed answer, for `agentChat`.
 *
 * A tool of the app's own that has `needsApproval` is asked about in the chat. Give `aiSdkMessages`
 * the `resume` of the request, and the AI SDK goes on after the decision.
 *
 * @throws AuthError `server_unavailable` when the model fails. `refusal.model` says why. It holds no
 *   foreign text.
 *
 * @example
 * ```ts
 * const result = streamText({ model, tools, messages: aiSdkMessages(request), abortSignal: request.signal })
 * yield* aiSdkEvents(result)
 * ```
 */
export async function* aiSdkEvents(
  stream: AiSdkStream | PromiseLike<AiSdkStream>,
  notes: RunNotes = {},
): AsyncGenerator<AgentEvent, void, undefined> {
  const result = await begun(stream)
  const waiting: Waiting[] = []
  yield* translated(result.fullStream, TABLE, (writer) => ({ writer, waiting }), notes)
  if (waiting.length === 0) return
  const approvals = waiting.map(({ approvalId }) => approvalId)
  const state = approvalState(approvals, (await result.responseMessages) ?? [])
  yield { type: 'approval_needed', calls: waiting.map(({ call }) => call), state }
}

interface Run {
  readonly writer: EventWriter
  readonly waiting: Waiting[]
}

/** A call that the AI SDK has not made, because the app's tool needs an approval. */
interface Waiting {
  readonly approvalId: string
  readonly call: PendingCall
}

/** What each part becomes, by its type. */
const TABLE: Table<Run> = {
  'text-delta': ({ text }, { writer }) => writer.text(textIn(text)),
  'text-end': (_, { writer }) => writer.endText(),
  'reasoning-delta': ({ text }, { writer }) => writer.think(textIn(text)),
  source: takeSource,
  file: takeFile,
  'tool-call': beginCall,
  'tool-result'(part, run) {
    beginCall(part, run)
    const { toolCallId, output, preliminary } = part
    if (preliminary !== true)
      run.writer.result(textIn(toolCallId), output, failed(output) ? 'failed' : 'done')
  },
  'tool-error'(part, run) {
    beginCall(part, run)
    run.writer.result(textIn(part.toolCallId), TOOL_FAILED, 'failed')
  },
  'tool-output-denied': ({ toolCallId }, { writer }) =>
    writer.result(textIn(toolCallId), DECLINED, 'failed'),
  'tool-approval-request': takeApproval,
  error({ error }) {
    throw providerError(error)
  },
}

/** A call that was approved has only its result in the stream that goes on. */
function beginCall({ toolCallId, toolName, input }: UnknownObject, { writer }: Run): void {
  beginNamed(toolCallId, toolName, input, writer)
}

/** A tool of an MCP server says by a mark that it failed. */
function failed(output: unknown): boolean {
  return isObject(output) && output.isError === true
}

function takeSource(part: UnknownObject, { writer }: Run): void {
  const source = pageIn(part)
  if (source) writer.cite(source)
}

function takeFile({ file }: UnknownObject, { writer }: Run): void {
  if (!isObject(file)) return
  const { mediaType, base64 } = file
  if (typeof base64 !== 'string' || !/^image\/(?:png|jpeg|webp|gif)$/.test(textIn(mediaType)))
    return
  const callId = `image_${crypto.randomUUID()}`
  writer.add({ type: 'image_started', callId })
  const url = `data:${textIn(mediaType)};base64,${base64}`
  writer.add({ type: 'image', callId, url, complete: true })
}

function takeApproval(part: UnknownObject, { writer, waiting }: Run): void {
  const { approvalId, toolCall, isAutomatic } = part
  if (isAutomatic === true || typeof approvalId !== 'string' || !isObject(toolCall)) return
  const callId = textIn(toolCall.toolCallId)
  const name = textIn(toolCall.toolName)
  const args = writeJson(isObject(toolCall.input) ? toolCall.input : {}) ?? '{}'
  writer.waits(callId)
  waiting.push({
    approvalId,
    call: { callId, name, server: 'this app', arguments: args, scopes: [] },
  })
}
