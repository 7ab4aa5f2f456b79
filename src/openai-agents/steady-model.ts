// A model whose answers the framework can work with, whatever the provider put into them: calls have
// ids of their own and arguments in JSON, and an empty answer is asked for once more.

import type { AgentInputItem, Model, ModelRequest, protocol, StreamEvent } from '@openai/agents'
import { failWith } from '../agent/model-failure.ts'
import { isObject, writeJson } from '../core/json.ts'
import type { ModelFailure } from '../core/model-failure.ts'
import { type ChatCalls, chatCalls } from './chat-calls.ts'
import { failureInEvent } from './model-failures.ts'

type Output = readonly protocol.OutputModelItem[]
type Done = Extract<StreamEvent, { type: 'response_done' }>

/**
 * Wraps a model, for streamed runs.
 *
 * Its stream throws an AuthError when the model answers nothing twice, and when the provider says
 * in the stream why the response failed.
 */
export function steadyModel(model: Model): Model {
  async function* stream(request: ModelRequest): AsyncGenerator<StreamEvent> {
    const done = yield* oneResponse(model, request)
    if (!isEmpty(done.response.output)) return yield done
    // Models do this after a tool's result, and then answer when they are asked again.
    const again = yield* oneResponse(model, request)
    if (isEmpty(again.response.output)) throw failWith({ kind: 'no_answer' })
    yield again
  }
  return {
    getResponse: (request) => model.getResponse(request),
    getStreamedResponse: stream,
    ...(model.getRetryAdvice ? { getRetryAdvice: model.getRetryAdvice.bind(model) } : {}),
  }
}

/** One response. Its last event is not given on but returned, with calls that are fit. */
async function* oneResponse(
  model: Model,
  request: ModelRequest,
): AsyncGenerator<StreamEvent, Done, undefined> {
  const calls = chatCalls()
  let failure: ModelFailure | undefined
  let done: Done | undefined
  try {
    for await (const event of model.getStreamedResponse(request)) {
      if (event.type === 'model' && isObject(event.event)) {
        failure ??= failureInEvent(event.event)
        calls.take(event.event)
      }
      if (event.type === 'response_done') done = event
      else yield event
    }
  } catch (error) {
    throw failure && !request.signal?.aborted ? failWith(failure) : error
  }
  if (!done) throw failWith(failure ?? { kind: 'unavailable', code: 'stream_ended' })
  const output = fitCalls(done.response.output, calls, idsIn(request.input))
  return { ...done, response: { ...done.response, output } }
}

function idsIn(input: string | readonly AgentInputItem[]): Set<string> {
  if (typeof input === 'string') return new Set()
  return new Set(input.flatMap((item) => (item.type === 'function_call' ? [item.callId] : [])))
}

/**
 * Makes the calls fit.
 *
 * @param used The ids of the calls of the conversation, which no new call may have: the provider and
 *   the framework tell results apart by them.
 */
function fitCalls(
  output: Output,
  chunks: ChatCalls,
  used: Set<string>,
): protocol.OutputModelItem[] {
  const odd = chunks.odd()
  const items = odd
    ? [
        ...output.filter(({ type }) => type !== 'function_call'),
        ...odd.map((call) => ({ type: 'function_call', status: 'completed', ...call }) as const),
      ]
    : output
  return items.map((item) => {
    if (item.type !== 'function_call') return item
    const callId = item.callId && !used.has(item.callId) ? item.callId : newCallId(used)
    used.add(callId)
    return { ...item, callId, name: fitName(item.name), arguments: textOf(item.arguments) }
  })
}

/** Nine letters and digits: some providers take no other ids. */
function newCallId(used: ReadonlySet<string>): string {
  for (;;) {
    const id = crypto.randomUUID().replaceAll('-', '').slice(0, 9)
    if (!used.has(id)) return id
  }
}

/** A name that no tool has is told to the model. One that is no name would end the run. */
function fitName(name: unknown): string {
  const fit = typeof name === 'string' ? name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) : ''
  return fit === '' ? 'unnamed' : fit
}

/** Nothing means no arguments. What is no text already is written as JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return /^\s*(?:null\s*)?$/.test(value) ? '{}' : value
  return value === undefined || value === null ? '{}' : (writeJson(value) ?? '{}')
}

/** Whether there is neither a word nor a call. Reasoning alone is no answer. */
function isEmpty(output: Output): boolean {
  return output.every(
    (item) =>
      item.type === 'reasoning' ||
      (item.type === 'message' &&
        item.content.every((part) => part.type === 'output_text' && part.text.trim() === '')),
  )
}
