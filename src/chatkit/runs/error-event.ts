// The error events that the server itself makes, and what a stream says of something thrown: never its inner text.

import { AuthError, type RefusalReason } from '../../core/errors.ts'
import { sentenceFor } from '../../core/wire.ts'
import type { ErrorEvent } from '../protocol/event.ts'
import { ChatkitStreamError } from './stream-error.ts'

/** Something went wrong; another try may go well. */
export const FAILED: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: true }

/** The thread is not there any more. */
export const GONE: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: false }

/** The deadline is over. */
export const TOO_LONG: ErrorEvent = {
  type: 'error',
  code: 'custom',
  message: 'The answer took too long and was stopped. Try again.',
  allow_retry: true,
}

/** The answer is longer than is kept of one. */
export const TOO_MUCH: ErrorEvent = {
  type: 'error',
  code: 'custom',
  message: 'The answer became too long and was stopped. Ask for less at once.',
  allow_retry: false,
}

/** The last event of a run whose instance is gone. */
export const INTERRUPTED: ErrorEvent = {
  type: 'error',
  code: 'custom',
  message: 'The answer was interrupted. Try again.',
  allow_retry: true,
}

/** The event for something that the app has thrown. */
export function errorEventFor(error: unknown): ErrorEvent {
  if (error instanceof ChatkitStreamError) return error.event
  if (!(error instanceof AuthError)) return FAILED
  const message = endsSignIn(error.refusal.reason)
    ? 'Sign in again to continue.'
    : sentenceFor(error)
  return { type: 'error', code: 'custom', message, allow_retry: true }
}

/** Whether a reason means that the person's credential serves no more; the protocol has no event of its own for that. */
function endsSignIn(reason: RefusalReason): boolean {
  return (
    reason === 'credential_missing' ||
    reason === 'token_expired' ||
    reason === 'token_inactive' ||
    reason === 'handle_refused' ||
    reason === 'exchange_grant_refused'
  )
}
