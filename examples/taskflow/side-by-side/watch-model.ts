// A model whose requests and calls are kept, so that the page can show exactly what the model got
// and what it wrote.

import type { AgentOutputItem, Model } from '@openai/agents'
import { type ModelRequestCopy, recordingModel } from 'onbehalf/openai-agents'
import type { ModelCall } from './lane.ts'

/** A model and what was seen of it so far. */
export interface WatchedModel {
  readonly model: Model
  readonly requests: ModelRequestCopy[]
  readonly calls: ModelCall[]
}

/** Wraps a model. It changes nothing. */
export function watchModel(inner: Model): WatchedModel {
  const requests: ModelRequestCopy[] = []
  const calls: ModelCall[] = []
  const recorded = recordingModel(inner, (request) => requests.push(request))
  const note = (output: readonly Pick<AgentOutputItem, 'type'>[]) => {
    for (const item of output)
      if (isCall(item)) calls.push({ tool: item.name, arguments: item.arguments })
  }
  const model: Model = {
    ...recorded,
    async getResponse(request) {
      const response = await recorded.getResponse(request)
      note(response.output)
      return response
    },
    async *getStreamedResponse(request) {
      for await (const event of recorded.getStreamedResponse(request)) {
        if (event.type === 'response_done') note(event.response.output)
        yield event
      }
    },
  }
  return { model, requests, calls }
}

function isCall(item: object): item is { readonly name: string; readonly arguments: string } {
  return (
    'type' in item &&
    item.type === 'function_call' &&
    'name' in item &&
    typeof item.name === 'string' &&
    'arguments' in item &&
    typeof item.arguments === 'string'
  )
}
