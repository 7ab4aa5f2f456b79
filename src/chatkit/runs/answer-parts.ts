// What an answer is made of, and what it is to those who follow and stop it.

import type { AnswerEvent, ThreadStreamEvent } from '../protocol/event.ts'
import type { HiddenItem, Item } from '../protocol/item.ts'
import type { ThreadChange } from '../protocol/thread.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'

/** What an answer is made of. */
export interface AnswerParts {
  /** Events whose changes are stored already. */
  readonly prelude: readonly ThreadStreamEvent[]
  readonly threads: OwnedThreads
  readonly threadId: string
  /** Begins the app's answer; called when more than the prelude is asked for. */
  readonly begin: (signal: AbortSignal) => AsyncIterable<AnswerEvent>
  /** Gives the change of the thread that the app has asked for since the last time, if any. */
  readonly takeChange: () => ThreadChange | undefined
  /** Whether the run has a log, whose readers are told there of its end. */
  readonly resumable: boolean
  /** Whether the thread is still this run's: asked before anything is stored. */
  readonly isHeld: () => boolean | Promise<boolean>
  /** The note that the model is left when the answer is stopped. */
  readonly stoppedNote: (why: StopReason) => HiddenItem
  /** What clients are sent of an item, where it differs from what is stored. */
  readonly present: (item: Item) => Item
  /** Milliseconds. */
  readonly deadline: number
  readonly onError: (error: unknown) => void
  /** Frees the thread for the next answer: before anybody can see that this one has ended. */
  readonly release: (why: StopReason | undefined) => Promise<void>
  /** Discards the credential. */
  readonly end: () => Promise<void>
}

/** Why an answer is ended from outside. `lost`: another instance has taken this one for dead, so nothing more may be stored. */
export type StopReason = 'cancelled' | 'deadline' | 'too_much' | 'deleted' | 'lost' | 'closing'

/** A running answer. It advances only when it is asked for more. */
export interface Answer {
  /** The next events, each as JSON, stored where they are to be stored; undefined at the end. One call at a time, of this or `nextFrames`. */
  next(): Promise<readonly string[] | undefined>
  /** The same as frames. */
  nextFrames(): Promise<string | undefined>
  /** Ends it. Text that was written so far is kept, with a note for the model; nothing else is stored from now on. */
  stop(why: StopReason): Promise<void>
  /** Whether it has ended or is about to. */
  isOver(): boolean
  /** Why it was stopped, if it was. */
  stopped(): StopReason | undefined
}
