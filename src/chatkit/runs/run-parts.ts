// Whom a run works for, and who writes it. Types only.

import type { ChatCaller } from '../options.ts'
import type { ThreadStreamEvent } from '../protocol/event.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'
import type { StopReason } from './run-end.ts'

/** The person that a run works for. */
export interface RunTerms {
  readonly threads: OwnedThreads
  /** Ended when the run has ended, so that its credential is discarded. */
  readonly caller: Pick<ChatCaller, 'end'>
  /** Hears of unexpected errors. It never throws. */
  readonly report: (error: unknown) => void
}

/** Who writes the run. This is all that a run knows of its answer. */
export interface RunWriter {
  /** Leaves the app's generator, without waiting for it. */
  abandon(): void
  /** Sends the client an event that is not the app's. */
  tell(event: ThreadStreamEvent): void
  /** The run has ended: sends the last event to the client. */
  close(why: StopReason | undefined): void
}
