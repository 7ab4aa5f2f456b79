// Searches one text for known secrets: as it is, in pieces, and in what it may decode to. It works
// in blocks, so that a long text is no long piece of work.

import type { Budget, Work } from './budget.ts'
import { viewsOf } from './coded.ts'
import { blankRanges, replaceRanges } from './marker.ts'
import type { NeedleIndex } from './needle-index.ts'
import { hasGzip, mayBePackedBytes, packedViews, type Reading } from './packed.ts'
import { mergeRanges, type Range, search, searchInTurns } from './search.ts'
import { withLineEnds, withPadding } from './surroundings.ts'
import { MIN_VIEW_CHARS, sourcesOf, type View } from './view.ts'

/** Layers of encoding that are decoded. */
const MAX_LAYERS = 3
/** Characters that are searched in one piece of work. */
const BLOCK_CHARS = 65_536
/** Blocks overlap, so that a secret at the end of one is found. */
const OVERLAP_CHARS = 8_192
/** Characters that are searched as one block. */
export const PACK_CHARS: number = BLOCK_CHARS - OVERLAP_CHARS

/** Bytes that come out of one piece of compressed data. What has more is withheld. */
const MAX_INFLATED_BYTES = 4_194_304
/** The same inside of another encoding. */
const MAX_INNER_BYTES = 262_144

/** A text with markers, and the parts of the original that they stand for. */
export interface Redacted {
  readonly text: string
  readonly removed: readonly Range[]
}

/** Undefined when the text could not be searched. */
export type RedactedText = Redacted | undefined

/** What is searched for; several sets of secrets may be. */
export type Indexes = readonly NeedleIndex[]

/** A part of a text in which there is a secret, perhaps encoded. */
export interface Hit extends Range {
  /** How many characters of secrets are in it. */
  readonly chars: number
}

/** Undefined when the text could not be searched. */
export type Found = readonly Hit[] | undefined

const NONE: readonly Hit[] = []

/**
 * Redacts a text of any length.
 *
 * @param options.isCoded Whether it may hide a secret in an encoding. Otherwise nothing is decoded.
 * @param options.isBytes Whether the characters of the text are bytes. Default no.
 */
export function* redactText(
  text: string,
  { isCoded, isBytes = false }: { readonly isCoded: boolean; readonly isBytes?: boolean },
  indexes: Indexes,
  budget: Budget,
): Work<RedactedText> {
  const plain = yield* findPlain(text, indexes, budget)
  if (!plain || !isCoded) return plain && withMarkers(text, plain)
  // What is plain goes first. Otherwise an encoded run around it, such as the URL that it is in,
  // would be removed as a whole.
  const coded = yield* findCoded(blankRanges(text, plain), isBytes, indexes, budget)
  return coded && withMarkers(text, [...plain, ...withPadding(text, coded)])
}

/** The parts of a text of any length that hide a secret in an encoding. */
export function* findCoded(
  text: string,
  isBytes: boolean,
  indexes: Indexes,
  budget: Budget,
): Work<Found> {
  const found: Hit[] = []
  const packed = new Set<number>()
  for (let from = 0; from < text.length; from += BLOCK_CHARS - OVERLAP_CHARS) {
    if (from > 0 && from + OVERLAP_CHARS >= text.length) break
    if (budget.isTurnDue) yield
    const block = text.slice(from, from + BLOCK_CHARS)
    const coded = yield* codedIn(block, indexes, budget, MAX_LAYERS, (at) => packed.add(from + at))
    if (!coded) return undefined
    for (const hit of coded) found.push(moved(hit, from))
  }
  const reading = { isBytes, limitBytes: MAX_INFLATED_BYTES }
  const inPacked = yield* packedWith(text, packed, reading, indexes, budget)
  return inPacked && [...found, ...inPacked]
}

/** Takes out of a short text what is not encoded. */
export function removePlain(text: string, indexes: Indexes, budget: Budget): RedactedText {
  if (text.length < MIN_VIEW_CHARS) return { text, removed: NONE }
  const found = searchPlain(text, indexes, budget)
  return found && withMarkers(text, found)
}

/** The parts of a text of any length that are a secret, not encoded. */
export function* findPlain(text: string, indexes: Indexes, budget: Budget): Work<Found> {
  budget.spend(1)
  let all = NONE
  for (const index of indexes) {
    const found = yield* searchInTurns(index, text, budget)
    if (!found) return undefined
    all = withHits(all, found)
  }
  return all
}

/**
 * Whether a text of any length holds a secret that is not encoded. Undefined when it could not be
 * searched.
 */
export function* holdsPlain(
  text: string,
  indexes: Indexes,
  budget: Budget,
): Work<boolean | undefined> {
  for (const index of indexes) {
    const found = yield* searchInTurns(index, text, budget, true)
    if (found?.length !== 0) return found && true
  }
  return false
}

function moved({ from, to, chars }: Hit, by: number): Hit {
  return { from: from + by, to: to + by, chars }
}

function withMarkers(text: string, found: readonly Range[]): Redacted {
  if (found.length === 0) return { text, removed: NONE }
  const removed = withLineEnds(text, mergeRanges(found))
  return { text: replaceRanges(text, removed), removed }
}

/** The compressed data in a text that hides a secret. What it holds may be encoded, too. */
function* packedWith(
  text: string,
  runs: ReadonlySet<number>,
  reading: Reading,
  indexes: Indexes,
  budget: Budget,
): Work<Found> {
  if (runs.size === 0 && !reading.isBytes && !hasGzip(text)) return NONE
  const views = yield* packedViews(text, runs, reading, budget)
  if (!views) return undefined
  const found: Hit[] = []
  for (const view of views) {
    let inside = yield* findPlain(view.text, indexes, budget)
    if (!inside) return undefined
    for (
      let from = 0;
      from < view.text.length && inside.length === 0;
      from += BLOCK_CHARS - OVERLAP_CHARS
    ) {
      if (budget.isTurnDue) yield
      const block = view.text.slice(from, from + BLOCK_CHARS)
      inside = yield* codedIn(block, indexes, budget, 1, () => {})
      if (!inside) return undefined
    }
    found.push(...hidden(view, inside))
  }
  return found
}

/** The steps of a search are few, because it leaps. */
function searchPlain(text: string, indexes: Indexes, budget: Budget): Found {
  budget.spend(1 + (text.length >>> 2))
  let all = NONE
  for (const index of indexes) {
    const found = search(index, text, { budget })
    if (!found) return undefined
    all = withHits(all, found)
  }
  return all
}

function withHits(all: readonly Hit[], found: readonly Range[]): readonly Hit[] {
  return found.length === 0
    ? all
    : [...all, ...found.map(({ from, to }) => ({ from, to, chars: to - from }))]
}

/** The parts of a text that hide what was found in a view of it. */
function hidden(view: View, inside: readonly Hit[]): readonly Hit[] {
  if (inside.length === 0) return NONE
  const chars = inside.reduce((sum, hit) => sum + hit.chars, 0)
  return mergeRanges(sourcesOf(view, inside)).map((range) => ({ ...range, chars }))
}

/**
 * The parts of a text that hide a secret in an encoding. Undefined when there is too much.
 *
 * @param onPacked Is told where a run of letters begins that may hold compressed data.
 */
function* codedIn(
  text: string,
  indexes: Indexes,
  budget: Budget,
  layers: number,
  onPacked: (at: number) => void,
): Work<Found> {
  budget.spend(text.length)
  const views = viewsOf(text, onPacked)
  if (views.length === 0) return NONE
  if (budget.isSpent) return undefined
  const found: Hit[] = []
  for (const view of views) {
    if (budget.isTurnDue) yield
    budget.spend(view.text.length)
    const inner = yield* insideOf(view, indexes, budget, layers)
    if (!inner || budget.isSpent) return undefined
    found.push(...hidden(view, inner))
  }
  return found
}

/**
 * The parts of a view that are a secret or hide one. One is enough where all of the view is removed.
 * Of a view with lines only the lines of a secret are removed, so that the others are searched, too.
 */
function* insideOf(view: View, indexes: Indexes, budget: Budget, layers: number): Work<Found> {
  const plain = searchPlain(view.text, indexes, budget)
  const isOneEnough = view.lines === undefined
  if (!plain || layers === 1 || (isOneEnough && plain.length > 0)) return plain
  const rest = blankRanges(view.text, plain)
  const coded = yield* hiddenIn(rest, isOneEnough, indexes, budget, layers - 1)
  return coded && [...plain, ...coded]
}

/** The parts of what was decoded once, which may be bytes, that hide a secret. */
function* hiddenIn(
  text: string,
  isOneEnough: boolean,
  indexes: Indexes,
  budget: Budget,
  layers: number,
): Work<Found> {
  const packed = new Set<number>()
  const coded = yield* codedIn(text, indexes, budget, layers, (at) => packed.add(at))
  if (!coded || (isOneEnough && coded.length > 0)) return coded
  const reading = { isBytes: mayBePackedBytes(text), limitBytes: MAX_INNER_BYTES }
  const inPacked = yield* packedWith(text, packed, reading, indexes, budget)
  return inPacked && [...coded, ...inPacked]
}
