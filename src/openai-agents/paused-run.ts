// A run that waits for the person, as text: what it did so far, for the model to continue from. It
// holds no credential, because the model had none. The framework's own serialized run is not used:
// it repeats the whole conversation and names one connection.

import type { AgentInputItem, Model, protocol, StreamEvent } from '@openai/agents'
import { DECLINED } from '../agent/asking.ts'
import type { ResumedRun } from '../agent/events.ts'

/** A call that had no result when its run ended. `arguments` is JSON. */
export interface OpenCall {
  readonly callId: string
  readonly name: string
  readonly arguments: string
}

/** The state of a run: its items so far, as JSON. */
export function stateOf(items: readonly AgentInputItem[]): string {
  return JSON.stringify(items)
}

/**
 * The items that follow the conversation when a run continues. Approved calls have no result yet:
 * they are still to be made.
 */
export function itemsOf({ state, calls, approved }: ResumedRun): readonly AgentInputItem[] {
  return approved
    ? parseState(state)
    : [...parseState(state), ...calls.flatMap((call) => callAndResult(call, DECLINED))]
}

/**
 * A model that first repeats the approved calls exactly, and then is the given model. So the
 * framework makes them like any other call. For streamed runs only.
 */
export function repeatingModel(model: Model, calls: readonly OpenCall[]): Model {
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

/** A call and its result, as two items. */
export function callAndResult(call: OpenCall, text: string): readonly AgentInputItem[] {
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

/** The store gives back what `stateOf` made, so its shape is trusted. */
function parseState(state: string): readonly AgentInputItem[] {
  return JSON.parse(state) as readonly AgentInputItem[]
}
