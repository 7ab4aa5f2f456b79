// onbehalf/ag-ui: the run of an agent as events of AG-UI, for CopilotKit and other clients of that
// protocol. It imports nothing of them.

import type { ApprovalPolicy } from '../agent/approval.ts'
import type { AgentEvent } from '../agent/events.ts'
import { canCall, heldCaller } from '../agent/hold/held-caller.ts'
import { refusingCalls } from '../agent/hold/hold.ts'
import type { AgentTurn, ClientTool } from '../agent/turn.ts'
import { BODY_TAKEN, type BodyProblem, readBytes } from '../core/http/bounded-body.ts'
import { isObject, parseJson, type UnknownObject } from '../core/json.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isFunction, type ValueChecks } from '../core/option-values.ts'
import { sentenceFor } from '../core/sentences.ts'
import { objectsIn, textIn } from './fields.ts'

/** An event of AG-UI. */
export type AgUiEvent = Readonly<Record<string, unknown>> & { readonly type: string }

/** What a run is given. */
export interface AgUiRunRequest {
  /** The conversation as the page keeps it, oldest turn first. */
  readonly input: readonly AgentTurn[]
  /** Tools that the page runs (`useFrontendTool`). */
  readonly clientTools: readonly ClientTool[]
  /** So that the page gets what tools answered. */
  readonly toolResults: true
  /** Aborts when the page has gone. */
  readonly signal: AbortSignal
}

/** Options of {@link agUiResponse}. */
export interface AgUiOptions<C extends object> {
  /** Runs the agent for the caller that it is given. */
  readonly run: (request: AgUiRunRequest, caller: C) => AsyncIterable<AgentEvent>
  /**
   * Which calls need the person's approval. AG-UI has no way to ask that a server could check, so such
   * calls are not made, and the model is told. Default `destructive`.
   */
  readonly approvals?: ApprovalPolicy
}

const AG_UI_OPTIONS: OptionNames<AgUiOptions<object>> = { run: 'required', approvals: 'optional' }

const AG_UI_VALUES: ValueChecks = {
  run: isFunction('it runs the agent, such as (request, caller) => runAgent({ … })'),
}

/**
 * Answers a request of a client of AG-UI (`HttpAgent`). Put it inside `onbehalf.handle`: the door stands in
 * front of it, and the caller ends with the stream.
 *
 * @returns A stream of events; 400 for a body that is no input of a run, 413 for one of more than 4
 *   MiB, 408 for one that does not come within 30 seconds.
 * @throws TypeError for options that cannot work.
 *
 * @example
 * ```ts
 * export const POST = (request: Request) =>
 *   onbehalf.handle(request, (caller) => agUiResponse(request, caller, { run }))
 * ```
 */
export async function agUiResponse<C extends object>(
  request: Request,
  caller: C,
  options: AgUiOptions<C>,
): Promise<Response> {
  checkOptions('agUiResponse', '', options, AG_UI_OPTIONS, AG_UI_VALUES)
  const { run, approvals: policy = 'destructive' } = options
  const read = await readBytes(request, { maxBytes: MAX_BODY_BYTES, deadlineMs: BODY_DEADLINE_MS })
  if (!read.ok) return answerToBody(read.refusal)
  const asked = readInput(parseJson(new TextDecoder().decode(read.value)))
  if (!asked) return Response.json({ error: 'This is no input of an AG-UI run.' }, { status: 400 })
  const ended = new AbortController()
  const signal = AbortSignal.any([request.signal, ended.signal])
  const held = canCall(caller)
    ? heldCaller(caller, { policy, hold: refusingCalls(), onRefused: () => {} })
    : caller
  const { threadId, runId, input, clientTools } = asked
  const events = agUiEvents(run({ input, clientTools, signal, toolResults: true }, held), {
    threadId,
    runId,
  })
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await events.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`))
    },
    async cancel() {
      ended.abort()
      await events.return()
    },
  })
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
  return new Response(body, { headers })
}

const MAX_BODY_BYTES = 4 * 1024 * 1024
const BODY_DEADLINE_MS = 30_000

/** The answer to a body that could not be had. */
function answerToBody(problem: BodyProblem): Response {
  switch (problem) {
    case 'too_large':
      return Response.json({ error: 'The request body is too large.' }, { status: 413 })
    case 'too_slow':
      return Response.json({ error: 'The request body did not come in time.' }, { status: 408 })
    case 'taken':
      return Response.json({ error: BODY_TAKEN }, { status: 500 })
    case 'broken':
      return Response.json({ error: 'The request body could not be read.' }, { status: 400 })
  }
}

/**
 * The events of a run as events of AG-UI. It never throws: a failure is its last event, in a fixed
 * sentence.
 */
export async function* agUiEvents(
  events: AsyncIterable<AgentEvent>,
  ids: { readonly threadId: string; readonly runId: string },
): AsyncGenerator<AgUiEvent, void, undefined> {
  const writer = agUiWriter()
  yield { type: 'RUN_STARTED', ...ids }
  try {
    for await (const event of events) yield* writer.write(event)
    yield* writer.finish()
    yield { type: 'RUN_FINISHED', ...ids }
  } catch (error) {
    yield* writer.finish()
    yield { type: 'RUN_ERROR', message: sentenceFor(error) }
  }
}

function agUiWriter() {
  let message: string | undefined
  let thought: string | undefined
  /** Calls that have begun, and whose arguments have not come. */
  const open = new Set<string>()

  function* end(): Generator<AgUiEvent> {
    if (message !== undefined) yield { type: 'TEXT_MESSAGE_END', messageId: message }
    if (thought !== undefined) {
      yield { type: 'REASONING_MESSAGE_END', messageId: thought }
      yield { type: 'REASONING_END', messageId: thought }
    }
    message = undefined
    thought = undefined
  }

  function* begin(toolCallId: string, toolCallName: string): Generator<AgUiEvent> {
    yield* end()
    open.add(toolCallId)
    yield { type: 'TOOL_CALL_START', toolCallId, toolCallName }
  }

  function* endCall(toolCallId: string): Generator<AgUiEvent> {
    if (open.delete(toolCallId)) yield { type: 'TOOL_CALL_END', toolCallId }
  }

  function* finish(): Generator<AgUiEvent> {
    yield* end()
    for (const toolCallId of open) yield* endCall(toolCallId)
  }

  function* write(event: AgentEvent): Generator<AgUiEvent> {
    switch (event.type) {
      case 'text_delta':
        if (message === undefined) {
          yield* end()
          message = crypto.randomUUID()
          yield { type: 'TEXT_MESSAGE_START', messageId: message, role: 'assistant' }
        }
        yield { type: 'TEXT_MESSAGE_CONTENT', messageId: message, delta: event.delta }
        return
      case 'reasoning_delta':
        if (thought === undefined) {
          yield* end()
          thought = crypto.randomUUID()
          yield { type: 'REASONING_START', messageId: thought }
          yield { type: 'REASONING_MESSAGE_START', messageId: thought, role: 'reasoning' }
        }
        yield { type: 'REASONING_MESSAGE_CONTENT', messageId: thought, delta: event.delta }
        return
      case 'text_done':
      case 'reasoning_done':
        yield* end()
        return
      case 'tool_started':
        yield* begin(event.callId, event.name)
        return
      case 'tool_result': {
        const { callId: toolCallId, arguments: delta, text: content } = event
        yield { type: 'TOOL_CALL_ARGS', toolCallId, delta }
        yield* endCall(toolCallId)
        const messageId = crypto.randomUUID()
        yield { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool' }
        return
      }
      case 'client_tool': {
        const { callId: toolCallId, name, arguments: delta } = event
        yield* begin(toolCallId, name)
        yield { type: 'TOOL_CALL_ARGS', toolCallId, delta }
        yield* endCall(toolCallId)
        return
      }
      case 'tool_done':
        yield* endCall(event.callId)
        return
      case 'connection_needed':
      case 'left_out':
      case 'handoff':
      case 'tool_progress':
        yield { type: 'CUSTOM', name: `onbehalf.${event.type}`, value: event }
    }
  }
  return { write, finish }
}

/** What a client sends (`RunAgentInput`), as far as a run needs it. */
interface AgUiInput extends Omit<AgUiRunRequest, 'signal' | 'toolResults'> {
  readonly threadId: string
  readonly runId: string
}

/** Reads it. Undefined when there is no message of the person, or of a tool, at its end. */
function readInput(body: unknown): AgUiInput | undefined {
  if (!isObject(body) || !Array.isArray(body.messages)) return undefined
  const calls = new Map<string, UnknownObject>()
  const input = objectsIn(body.messages).flatMap((message) => turnsOf(message, calls))
  const last = input.at(-1)
  if (!last || last.role === 'assistant') return undefined
  const clientTools = objectsIn(body.tools).flatMap(({ name, description, parameters }) =>
    textIn(name) === ''
      ? []
      : [
          {
            name: textIn(name),
            description: textIn(description),
            parameters: isObject(parameters) ? parameters : {},
          },
        ],
  )
  return { threadId: textIn(body.threadId), runId: textIn(body.runId), input, clientTools }
}

/** System and developer messages are left out: the page does not instruct the model. */
function turnsOf(message: UnknownObject, calls: Map<string, UnknownObject>): AgentTurn[] {
  const { role, content } = message
  const text =
    typeof content === 'string'
      ? content
      : objectsIn(content)
          .map((part) => textIn(part.text))
          .join('')
  if (role === 'tool') {
    const callId = textIn(message.toolCallId)
    const called = calls.get(callId)
    if (!called) return []
    const { name, arguments: args } = called
    const kept = { callId, name: textIn(name), arguments: textIn(args) || '{}' }
    return [{ role: 'tool', ...kept, output: text }]
  }
  for (const call of objectsIn(message.toolCalls))
    if (isObject(call.function)) calls.set(textIn(call.id), call.function)
  return (role === 'user' || role === 'assistant') && text !== '' ? [{ role, text }] : []
}
