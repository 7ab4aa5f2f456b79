// A run that waits for the person, as text: what it did so far, for the model to go on from. No credential is in it, for the model had none. The
// framework's own serialized run repeats the whole conversation and is tied to one connection's name; this outlives process and version.

import type { AgentInputItem, Model, protocol, StreamEvent } from '@openai/agents'
import type { ResumedRun } from '../agent/events.ts'

/** What the model is told of a call that was declined. */
const DECLINED =
  'The person declined this call, so it was not made. Do not try it again unless they ask for it.'

/** A call that had no result when its run ended. */
export interface OpenCall {
  readonly callId: string
  readonly name: string
  readonly arguments: string
}

/** The state of a run: its items so far. */
export function stateOf(items: readonly AgentInputItem[]): string {
  return JSON.stringify(items)
}

/** The items that a run goes on from, after the conversation; calls that were approved are still to be made. */
export function itemsOf({ state, calls, approved }: ResumedRun): readonly AgentInputItem[] {
  return approved
    ? parseState(state)
    : [...parseState(state), ...calls.flatMap((call) => answered(call, DECLINED))]
}

/**
 * A model that first repeats the approved calls, to the letter, and is the given one from then on: so the framework makes them as it makes any
 * other call. For streamed runs.
 */
export function repeating(model: Model, calls: readonly OpenCall[]): Model {
  let repeated = false
  async function* repeat(): AsyncGenerator<StreamEvent> {
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }
    yield { type: 'response_started' }
    yield { type: 'response_done', response: { id: 'resumed', usage, output: calls.map(callItem) } }
  }
  return {
    getResponse: (request) => model.getResponse(request),
    getStreamedResponse(request) {
      if (repeated) return model.getStreamedResponse(request)
      repeated = true
      return repeat()
    },
    ...(model.getRetryAdvice ? { getRetryAdvice: model.getRetryAdvice.bind(model) } : {}),
  }
}

/** A call and its result, as items. */
export function answered(call: OpenCall, text: string): readonly AgentInputItem[] {
  const { callId, name } = call
  return [
    callItem(call),
    {
      type: 'function_call_result',
      callId,
      name,
      status: 'completed',
      output: { type: 'text', text },
    },
  ]
}

function callItem({ callId, name, arguments: args }: OpenCall): protocol.FunctionCallItem {
  return { type: 'function_call', callId, name, arguments: args, status: 'completed' }
}

/** The store gives back what `stateOf` made. */
function parseState(state: string): readonly AgentInputItem[] {
  return JSON.parse(state) as readonly AgentInputItem[]
}
