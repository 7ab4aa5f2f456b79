// A model that reports every request before another model gets it, so that a person can see it. It
// changes nothing.

import type { Model, ModelRequest, ModelResponse, StreamEvent } from '@openai/agents'
import { checkArgument, hasMethods, isFunction } from '../core/option-values.ts'

const IS_MODEL = hasMethods(['getResponse', 'getStreamedResponse'], 'a model of @openai/agents')
const IS_LISTENER = isFunction('it gets a copy of each request')

/** One request to a model: a deep copy, frozen, JSON only. */
export interface ModelRequestCopy {
  readonly systemInstructions?: string
  readonly input: string | readonly unknown[]
  readonly tools: readonly unknown[]
  readonly handoffs: readonly unknown[]
  readonly modelSettings: Readonly<Record<string, unknown>>
  readonly outputType?: unknown
}

/**
 * Wraps a model so that `onRequest` gets every request before the model does.
 *
 * @param onRequest Gets a frozen copy. When it throws, the request is not sent and the run ends:
 *   what cannot be shown must not be sent.
 *
 * @example
 * ```ts
 * const model = recordingModel(inner, ({ input }) => console.log(input))
 * ```
 */
export function recordingModel(
  model: Model,
  onRequest: (request: ModelRequestCopy) => void,
): Model {
  checkArgument('recordingModel: the model', model, IS_MODEL)
  checkArgument('recordingModel: onRequest', onRequest, IS_LISTENER)
  return {
    getResponse(request: ModelRequest): Promise<ModelResponse> {
      onRequest(copyOf(request))
      return model.getResponse(request)
    },
    getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
      onRequest(copyOf(request))
      return model.getStreamedResponse(request)
    },
    ...(model.getRetryAdvice ? { getRetryAdvice: model.getRetryAdvice.bind(model) } : {}),
  }
}

function copyOf(request: ModelRequest): ModelRequestCopy {
  const { systemInstructions, input, tools, handoffs, modelSettings, outputType } = request
  return freeze(
    JSON.parse(
      JSON.stringify({ systemInstructions, input, tools, handoffs, modelSettings, outputType }),
    ),
  )
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part)
    Object.freeze(value)
  }
  return value
}
