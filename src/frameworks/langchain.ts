// onbehalf/langchain: an agent of LangChain or LangGraph in the chat. It imports nothing of them.

import { type EventWriter, eventWriter, type RunNotes } from '../agent/event-writer.ts'
import type { AgentEvent, PendingCall, ResumedRun } from '../agent/events.ts'
import { providerError } from '../agent/model-failure.ts'
import type { AgentTurn } from '../agent/turn.ts'
import { isObject, parseJson, type UnknownObject } from '../core/json.ts'
import { beginNamed, objectsIn, textIn } from './fields.ts'
import { type BegunCall, type GraphQuestion, graphState, questionsIn } from './graph-interrupts.ts'
import { withOwnIds } from './own-ids.ts'

export { langchainResume } from './graph-interrupts.ts'

/** What the adapter can be told about a run. */
export interface LangchainNotes extends RunNotes {
  /**
   * The `thread_id` of the graph's checkpointer. With it, an interrupt of the graph is a question to the
   * person. Default: interrupts are not shown, because nothing could continue the graph.
   */
  readonly thread?: string
  /** What the run goes on with, so that the result of an approved call is shown. */
  readonly resume?: ResumedRun | undefined
}

/** A message as LangChain takes it where it takes messages. */
export type LangchainMessage = Readonly<Record<string, unknown>> & {
  readonly role: 'user' | 'assistant' | 'tool'
  readonly content: string | { type: string; [member: string]: unknown }[]
}

/**
 * The messages of a conversation, oldest first.
 *
 * @param request What `agentChat` gives to a run.
 */
export function langchainMessages(request: {
  readonly input: readonly AgentTurn[]
}): LangchainMessage[] {
  return withOwnIds(request.input).flatMap(messagesOf)
}

function messagesOf(turn: AgentTurn): LangchainMessage[] {
  if (turn.role === 'tool') {
    const { callId: id, name, arguments: args, output } = turn
    const call = { id, name, args: parseJson(args) ?? {}, type: 'tool_call' }
    return [
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', content: output, tool_call_id: id, name },
    ]
  }
  const images = turn.role === 'user' ? (turn.images ?? []) : []
  if (images.length === 0) return [{ role: turn.role, content: turn.text }]
  const parts = images.map((url) => ({ type: 'image_url', image_url: { url } }))
  return [{ role: 'user', content: [{ type: 'text', text: turn.text }, ...parts] }]
}

/**
 * The events of a stream, for `agentChat`. The stream is one of `streamMode: ['messages', 'updates']`.
 *
 * @throws AuthError `server_unavailable` when the model fails, or anything else in the graph.
 *   `refusal.model` says why. It holds no foreign text.
 *
 * @example
 * ```ts
 * yield* langchainEvents(
 *   agent.stream(
 *     { messages: langchainMessages(request) },
 *     { streamMode: ['messages', 'updates'], signal: request.signal },
 *   ),
 * )
 * ```
 */
export async function* langchainEvents(
  stream: AsyncIterable<unknown> | PromiseLike<AsyncIterable<unknown>>,
  notes: LangchainNotes = {},
): AsyncGenerator<AgentEvent, void, undefined> {
  const { thread, resume, ...about } = notes
  const approved = new Map(resume?.calls.map((call) => [call.callId, call]))
  const run: Run = { writer: eventWriter(about), shown: new Set(), begun: new Map(), approved }
  const questions: GraphQuestion[] = []
  try {
    for await (const part of await stream) {
      const [mode, data] = Array.isArray(part) ? part.slice(-2) : []
      if (mode === 'messages' && Array.isArray(data)) takeStreamed(data[0], run)
      else if (mode === 'updates' && isObject(data)) {
        takeUpdate(data, run)
        if (thread !== undefined)
          questions.push(...questionsIn(data, [...run.begun.values()], about.ownerOf))
      }
      yield* run.writer.take()
    }
  } catch (error) {
    if (!isObject(error) || error.lc_error_code !== 'GRAPH_RECURSION_LIMIT')
      throw providerError(error)
    run.writer.endText()
    run.writer.text('I stopped after too many steps without coming to an end.')
  }
  const calls = questions.flatMap((question) => question.calls)
  for (const { callId } of calls) run.writer.waits(callId)
  run.writer.end()
  yield* run.writer.take()
  if (thread !== undefined && calls.length > 0)
    yield { type: 'approval_needed', calls, state: graphState(thread, questions) }
}

interface Run {
  readonly writer: EventWriter
  /** Ids of messages whose words were streamed. */
  readonly shown: Set<string>
  /** Calls that have no result yet, by their ids. */
  readonly begun: Map<string, BegunCall>
  /** Calls of the run that waited, by their ids. */
  readonly approved: ReadonlyMap<string, PendingCall>
}

/** A piece of a message, or a message that does not come in pieces. */
function takeStreamed(message: unknown, run: Run): void {
  const { writer, shown } = run
  if (!isObject(message)) return
  const type = typeOf(message)
  if (type === 'tool') takeResult(message, run)
  if (type !== 'ai') return
  const id = textIn(message.id)
  if (id !== '' && !shown.has(id)) writer.endText()
  shown.add(id)
  writeContent(message.content, writer)
}

/** What a node of the graph has added. A message has its calls whole here. */
function takeUpdate(data: UnknownObject, run: Run): void {
  const { writer, shown, begun } = run
  for (const state of Object.values(data)) {
    const { messages } = isObject(state) ? state : {}
    for (const message of objectsIn(Array.isArray(messages) ? messages : [messages])) {
      const type = typeOf(message)
      if (type === 'tool') takeResult(message, run)
      if (type !== 'ai') continue
      if (!shown.has(textIn(message.id))) writeContent(message.content, writer)
      writer.endText()
      for (const { id, name, args } of objectsIn(message.tool_calls)) {
        beginNamed(id, name, args, writer)
        begun.set(textIn(id), { id: textIn(id), name: textIn(name) })
      }
    }
  }
}

function writeContent(content: unknown, writer: EventWriter): void {
  if (typeof content === 'string') writer.text(content)
  for (const { type, text, reasoning, thinking } of objectsIn(content)) {
    if (type === 'text') writer.text(textIn(text))
    else if (type === 'reasoning') writer.think(textIn(reasoning))
    else if (type === 'thinking') writer.think(textIn(thinking))
  }
}

/** A call that was approved has only its result in the stream that goes on. */
function takeResult(message: UnknownObject, { writer, begun, approved }: Run): void {
  const { tool_call_id: id, content, status } = message
  const kept = approved.get(textIn(id))
  if (kept) writer.call(kept.callId, kept.name, kept.arguments)
  begun.delete(textIn(id))
  writer.result(textIn(id), content, status === 'error' ? 'failed' : 'done')
}

/** LangChain's messages are objects of classes; their own word for what they are is a method. */
function typeOf(message: UnknownObject): unknown {
  return typeof message.getType === 'function' ? message.getType() : message.type
}
