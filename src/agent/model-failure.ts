// Why a model's provider failed, read from the errors of its client. The errors quote what was sent
// to them, so only a status, a code and a time are taken.

import { AuthError } from '../core/errors.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import type { ModelFailure, ModelFailureKind } from '../core/model-failure.ts'
import { toError } from '../core/sentences.ts'

/** The error for a failure. */
export function failWith(model: ModelFailure): AuthError {
  return toError({ reason: 'server_unavailable', server: 'The language model', model })
}

/**
 * The error for anything that a framework threw while its model answered. One of ours stays as it
 * is, also inside another.
 */
export function providerError(error: unknown): AuthError {
  let inner = error
  for (let depth = 0; depth < 4 && isObject(inner); depth++) {
    if (inner instanceof AuthError) return inner
    inner = inner.cause ?? inner.lastError
  }
  return failWith(judgeProviderError(error))
}

/**
 * Judges an error of a provider's client. Clients have two names each for status and headers, and some
 * put the last of several errors into one.
 */
export function judgeProviderError(error: unknown): ModelFailure {
  if (!isObject(error)) return { kind: 'unavailable' }
  if (isObject(error.lastError)) return judgeProviderError(error.lastError)
  const data = isObject(error.data) && isObject(error.data.error) ? error.data.error : {}
  const status = [error.status, error.statusCode].find((one) => typeof one === 'number')
  const code =
    codeIn(error.code) ??
    codeIn(error.type) ??
    codeIn(data.code) ??
    codeIn(data.type) ??
    networkCode(error)
  const message = typeof error.message === 'string' ? error.message : ''
  const kind = kindOf(status, code, message)
  const seconds =
    kind === 'rate_limited' ? retryAfter(error.headers ?? error.responseHeaders) : undefined
  return {
    kind,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  }
}

/** What servers say of a conversation that is too long; few have a code for it. */
const TOO_LONG =
  /context[ _](?:length|window|size)|maximum context|too many (?:input )?tokens|(?:prompt|input|request) is too long|exceeds? the (?:model'?s )?(?:maximum|limit)/i

const NO_MODEL = /model\b.{0,200}\b(?:not found|does not exist|not exist|unknown)/i

const FILTERED = /content[ _](?:filter|policy|management)|safety (?:system|filter)/i

/** The kind of a failure. */
export function kindOf(
  status: number | undefined,
  code: string | undefined,
  message: string,
): ModelFailureKind {
  // Codes first: a provider may give any of them any status.
  if (code === 'context_length_exceeded' || code === 'string_above_max_length') return 'too_long'
  if (code === 'insufficient_quota' || status === 402) return 'quota_used'
  if (code === 'rate_limit_exceeded' || status === 429) return 'rate_limited'
  if (code === 'invalid_api_key' || status === 401 || status === 403) return 'key_refused'
  if (code === 'model_not_found' || status === 404) return 'model_unknown'
  if (code === 'content_filter' || code === 'content_policy_violation') return 'content_refused'
  if (status === 413) return 'too_long'
  if (code === 'invalid_prompt' || (status !== undefined && status >= 400 && status < 500)) {
    if (TOO_LONG.test(message)) return 'too_long'
    if (NO_MODEL.test(message)) return 'model_unknown'
    return FILTERED.test(message) || code === 'invalid_prompt'
      ? 'content_refused'
      : 'request_refused'
  }
  return 'unavailable'
}

/** A code. Codes are words: whatever has digits or capitals may be a part of a key. */
export function codeIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z]+(?:_[a-z]+)*$/.test(value) && value.length <= 60
    ? value
    : undefined
}

/** The system's word for a connection that failed, such as `ECONNREFUSED`. */
function networkCode(error: UnknownObject): string | undefined {
  let inner: unknown = error.cause
  for (let depth = 0; depth < 4 && isObject(inner); depth++) {
    if (typeof inner.code === 'string' && /^E[A-Z]{3,20}$/.test(inner.code)) return inner.code
    inner = inner.cause
  }
  return undefined
}

/** RFC 9110 section 10.2.3: seconds or a date. Longer than a day is not believed. */
function retryAfter(headers: unknown): number | undefined {
  const value =
    headers instanceof Headers
      ? headers.get('retry-after')
      : isObject(headers)
        ? headers['retry-after']
        : undefined
  if (typeof value !== 'string') return undefined
  const seconds = /^\d+(?:\.\d+)?$/.test(value)
    ? Math.ceil(Number(value))
    : Math.ceil((Date.parse(value) - Date.now()) / 1000)
  return seconds > 0 && seconds <= 86_400 ? seconds : undefined
}
