// Why a model's provider failed, as the framework says it and as the provider streams it.

import { ModelBehaviorError, ModelTimeoutError } from '@openai/agents'
import { codeIn, failWith, judgeProviderError, kindOf } from '../agent/model-failure.ts'
import { AuthError } from '../core/errors.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import type { ModelFailure } from '../core/model-failure.ts'

/** The error for anything that a model threw. One of ours stays as it is. */
export function modelError(error: unknown): AuthError {
  return error instanceof AuthError ? error : failWith(judgeModelError(error))
}

/** Judges an error of the provider's client, or of the framework. */
export function judgeModelError(error: unknown): ModelFailure {
  if (error instanceof ModelTimeoutError) return { kind: 'unavailable', code: 'timeout' }
  // An answer without a word that ran into its limit (Chat Completions).
  if (error instanceof ModelBehaviorError && /finish_reason='length'/.test(error.message))
    return { kind: 'cut_off' }
  return judgeProviderError(error)
}

/**
 * The failure in an event of a Responses stream; undefined when it is none. The framework's own
 * error says only that the response failed.
 */
export function failureInEvent(event: UnknownObject): ModelFailure | undefined {
  const response = isObject(event.response) ? event.response : {}
  if (event.type === 'response.failed') {
    const error = isObject(response.error) ? response.error : {}
    const code = codeIn(error.code)
    const message = typeof error.message === 'string' ? error.message : ''
    return { kind: kindOf(undefined, code, message), ...(code === undefined ? {} : { code }) }
  }
  if (event.type !== 'response.incomplete') return undefined
  const details = isObject(response.incomplete_details) ? response.incomplete_details : {}
  return { kind: details.reason === 'content_filter' ? 'content_refused' : 'cut_off' }
}
