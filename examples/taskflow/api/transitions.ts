// Which status may follow which. Pure; the one place that says so.

import type { Status } from './task.ts'

/**
 * The statuses that may follow each one. A blocked task is started or put back before anything
 * else; a completed one can be reopened.
 */
export const TRANSITIONS: Readonly<Record<Status, readonly Status[]>> = {
  pending: ['in_progress', 'completed', 'blocked'],
  in_progress: ['pending', 'review', 'completed', 'blocked'],
  review: ['in_progress', 'completed', 'blocked'],
  completed: ['pending', 'in_progress'],
  blocked: ['pending', 'in_progress'],
}

/**
 * Whether a task may go from one status to another. Staying is always allowed, so that a repeated
 * request changes nothing and succeeds.
 */
export function mayBecome(from: Status, to: Status): boolean {
  return from === to || TRANSITIONS[from].includes(to)
}
