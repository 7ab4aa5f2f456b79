// What ends an answer before it is complete, and what the client is told of it.

import type { ErrorEvent } from '../protocol/event.ts'
import { errorEventFor, GONE, INTERRUPTED } from './error-event.ts'
import { ChatkitStreamError } from './stream-error.ts'

/** The thread was deleted while its answer was written. */
export class ThreadGone extends Error {
  override readonly name = 'ThreadGone'
}

/** Another instance has taken this one for dead: what it was about to store is not to be stored. */
export class RunLost extends Error {
  override readonly name = 'RunLost'
}

/** What the client is told of what ended an answer. */
export function eventFor(error: unknown): ErrorEvent {
  if (error instanceof ThreadGone) return GONE
  return error instanceof RunLost ? INTERRUPTED : errorEventFor(error)
}

/** Whether the log is to hear of it. */
export function isUnexpected(error: unknown): boolean {
  return !(
    error instanceof ChatkitStreamError ||
    error instanceof ThreadGone ||
    error instanceof RunLost
  )
}
