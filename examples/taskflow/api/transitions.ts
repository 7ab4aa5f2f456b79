// Says which status of a task may follow which. No other file does.

import type { Status } from './task.ts'

/**
 * The statuses that may follow each status. A blocked task must first be started or set back to
 * pending. A completed task can be reopened.
 */
export const TRANSITIONS: Readonly<Record<Status, readonly Status[]>> = {
  pending: ['in_progress', 'completed', 'blocked'],
  in_progress: ['pending', 'review', 'completed', 'blocked'],
  review: ['in_progress', 'completed', 'blocked'],
  completed: ['pending', 'in_progress'],
  blocked: ['pending', 'in_progress'],
}

/**
 * Says whether a task may go from one status to another. It may always keep its status, so that a
 * repeated request succeeds and changes nothing.
 */
export function mayBecome(from: Status, to: Status): boolean {
  return from === to || TRANSITIONS[from].includes(to)
}
