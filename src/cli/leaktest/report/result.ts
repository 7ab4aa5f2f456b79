// What a whole test gives: the verdict, the leaks, what it could not tell, and the numbers behind it.

import type { Compared } from '../judge/interference.ts'
import type { Leak } from '../judge/leaks.ts'

/** A finished test. No text of a secret is in it. */
export interface LeaktestResult {
  readonly target: string
  /** The file that describes the target, or the name of one that comes with onbehalf. */
  readonly file: string
  /** What tests this target again. */
  readonly command: string
  readonly seed: string
  /** `leak` before `unknown`: a leak is one whatever else could not be told. */
  readonly verdict: 'clean' | 'leak' | 'unknown'
  readonly leaks: readonly Leak[]
  /** Found in encodings that the target says it does not remove. */
  readonly known: readonly Leak[]
  /** Why it could not tell, as sentences. */
  readonly unknown: readonly string[]
  /** What weakens it, as sentences. */
  readonly notes: readonly string[]
  readonly sinks: readonly SinkSummary[]
  readonly compared: readonly Compared[]
  readonly counts: Counts
}

/** What came to one sink. */
export interface SinkSummary {
  readonly name: string
  readonly records: number
  readonly bytes: number
  /** Whether the text that must come through was seen there. */
  readonly control: boolean
}

/** How much was tried. */
export interface Counts {
  readonly secrets: number
  readonly kinds: number
  readonly sinks: number
  readonly encodings: number
  /** Different places in all sinks. */
  readonly places: number
  /** Different texts that were searched. */
  readonly texts: number
  readonly bytes: number
  readonly turns: number
  /** Answers in which a hostile server attacked. */
  readonly attacks: number
  /** Leaks planted to prove the search. */
  readonly planted: number
  readonly found: number
  readonly seconds: number
}
