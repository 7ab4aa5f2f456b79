// The errors that end an answer before it is complete, and the event that each one becomes.

import type { ErrorEvent } from '../protocol/event.ts'
import { errorEventFor, GONE, INTERRUPTED } from './error-event.ts'
import { ChatkitStreamError } from './stream-error.ts'

/** The thread was deleted while its answer was being written. */
export class ThreadGone extends Error {
  override readonly name = 'ThreadGone'
}

/** Another instance took this run for dead, so this run must store nothing more. */
export class RunLost extends Error {
  override readonly name = 'RunLost'
}

/** Makes the event that tells the client why an answer ended. */
export function eventFor(error: unknown): ErrorEvent {
  if (error instanceof ThreadGone) return GONE
  return error instanceof RunLost ? INTERRUPTED : errorEventFor(error)
}

/** Whether an error belongs in the log. */
export function isUnexpected(error: unknown): boolean {
  return !(
    error instanceof ChatkitStreamError ||
    error instanceof ThreadGone ||
    error instanceof RunLost
  )
}
