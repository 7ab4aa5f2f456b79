// The error events that the server makes. The message of an error that was not meant for the client
// is never in them.

import { AuthError, endsSignIn } from '../../core/errors.ts'
import { mayRetry } from '../../core/model-failure.ts'
import { sentenceFor } from '../../core/sentences.ts'
import type { ErrorEvent } from '../protocol/event.ts'
import { errorText } from '../protocol/named-text.ts'
import { SIGNED_OUT } from '../protocol/ours.ts'
import { ChatkitStreamError } from './stream-error.ts'

/** Something went wrong. Another try may succeed. */
export const FAILED: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: true }

/** The thread was deleted. */
export const GONE: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: false }

/** The answer took longer than the deadline. */
export const TOO_LONG: ErrorEvent = {
  type: 'error',
  code: 'custom',
  ...errorText('too_long'),
  allow_retry: true,
}

/** The log of the answer became longer than `limits.logLength`. */
export const TOO_MUCH: ErrorEvent = {
  type: 'error',
  code: 'custom',
  ...errorText('too_much'),
  allow_retry: false,
}

/** The last event of a run whose instance is gone. */
export const INTERRUPTED: ErrorEvent = {
  type: 'error',
  code: 'custom',
  ...errorText('interrupted'),
  allow_retry: true,
}

/** Makes the event for an error that the app threw. */
export function errorEventFor(error: unknown): ErrorEvent {
  if (error instanceof ChatkitStreamError) return error.event
  if (!(error instanceof AuthError)) return FAILED
  if (endsSignIn(error.refusal.reason)) {
    return {
      type: 'error',
      code: SIGNED_OUT,
      ...errorText('signed_out'),
      allow_retry: true,
    }
  }
  const { model } = error.refusal
  const allow_retry = model === undefined || mayRetry(model)
  return { type: 'error', code: 'custom', message: sentenceFor(error), allow_retry }
}
