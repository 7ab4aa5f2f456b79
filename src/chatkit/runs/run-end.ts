// Why a run ends, as its instance and as the run store say it.

import type { ErrorEvent } from '../protocol/event.ts'
import { GONE, INTERRUPTED } from './error-event.ts'
import type { RunState } from './run-store.ts'

/**
 * Why a run is stopped from outside. `lost`: another instance took this run for dead, so this one
 * must store nothing more.
 */
export type StopReason = 'cancelled' | 'deadline' | 'too_much' | 'deleted' | 'lost' | 'closing'

/** Why a run stops, by its state in the store, which others may have changed. */
export function stopReasonOf(state: RunState): StopReason | undefined {
  switch (state) {
    case 'running':
      return undefined
    case 'stopping':
      return 'cancelled'
    case 'interrupted':
      return 'lost'
    case 'done':
      return 'deleted'
  }
}

/** What the store records of a run that ended. A deleted or lost run is not there to be changed. */
export function endStateOf(why: StopReason | undefined): 'done' | 'interrupted' | undefined {
  switch (why) {
    case undefined:
    case 'cancelled':
    case 'deadline':
    case 'too_much':
      return 'done'
    case 'closing':
      return 'interrupted'
    case 'deleted':
    case 'lost':
      return undefined
  }
}

/** The last event after a stop that readers of a log are told, because the log does not have it. */
export function readersWordOf(why: StopReason): ErrorEvent | undefined {
  switch (why) {
    case 'cancelled':
    case 'deadline':
    case 'too_much':
      return undefined
    case 'deleted':
      return GONE
    case 'lost':
    case 'closing':
      return INTERRUPTED
  }
}
