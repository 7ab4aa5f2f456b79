// Removes matches from a text that comes in chunks. Its output does not depend on where the chunks
// end.

import type { Automaton } from './automaton.ts'
import { MARKER } from './marker.ts'
import type { Range } from './search.ts'

/**
 * One text in chunks. To abort, drop it: then the part that is held back, because it begins like a
 * secret, is never given out.
 */
export interface RedactingStream {
  /** Takes the next chunk. Gives the text that can no longer become part of a match. */
  push(chunk: string): string
  /** The rest, when the text has come to its end. */
  end(): string
  /** Markers given out so far. */
  readonly hits: number
}

/** Starts a text. */
export function redactingStream(automaton: Automaton): RedactingStream {
  let state = 0
  /** The text that is not given out yet, and the matches in it. */
  let held = ''
  let ranges: Range[] = []
  /** Whether the last output was a marker. A match that goes on after it gets no second marker. */
  let insideMarker = false
  let hits = 0

  function mark(from: number, to: number): void {
    let first = from
    // Ranges that the new one overlaps or touches are merged with it.
    for (let last = ranges.at(-1); last && last.to >= first; last = ranges.at(-1)) {
      first = Math.min(first, last.from)
      ranges.pop()
    }
    ranges.push({ from: first, to })
  }

  /** Gives out the first units of the held text. */
  function emit(safe: number): string {
    let out = ''
    let at = 0
    const later: Range[] = []
    for (const { from, to } of ranges) {
      if (from >= safe) {
        later.push({ from: from - safe, to: to - safe })
        continue
      }
      if (from > at) insideMarker = false
      out += held.slice(at, from)
      if (!insideMarker) {
        out += MARKER
        hits++
        insideMarker = true
      }
      at = Math.min(to, safe)
      if (to > safe) later.push({ from: 0, to: to - safe })
    }
    if (safe > at) insideMarker = false
    out += held.slice(at, safe)
    held = held.slice(safe)
    ranges = later
    return out
  }

  return {
    push(chunk) {
      const known = held.length
      held += chunk
      for (let at = known; at < held.length; at++) {
        state = automaton.step(state, held.charCodeAt(at))
        const length = automaton.matched(state)
        if (length > 0) mark(at + 1 - length, at + 1)
      }
      const safe = held.length - automaton.depth(state)
      // A surrogate pair is not split: whoever encodes the chunks one by one would make U+FFFD of
      // each half.
      return emit(safe > 0 && isHighSurrogate(held.charCodeAt(safe - 1)) ? safe - 1 : safe)
    },
    end() {
      state = 0
      return emit(held.length)
    },
    get hits() {
      return hits
    },
  }
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800
}
