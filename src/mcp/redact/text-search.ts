// Searches one text for known secrets: as it is, in pieces, and in what it may decode to. It works
// in blocks, so that a long text is no long piece of work.

import { type Budget, finish, type Work } from './budget.ts'
import { viewsOf } from './coded.ts'
import { replaceRanges } from './marker.ts'
import type { NeedleIndex } from './needle-index.ts'
import { hasGzip, mayBePackedBytes, packedViews, type Reading } from './packed.ts'
import { mergeRanges, type Range, search } from './search.ts'
import { MIN_VIEW_CHARS } from './view.ts'

/** Layers of encoding that are decoded. */
const MAX_LAYERS = 3
/** Characters that are searched in one piece of work. */
const BLOCK_CHARS = 65_536
/** The same, of a search that decodes nothing. */
const PLAIN_BLOCK_CHARS = 262_144
const PLAIN_OVERLAP_CHARS = 32_768
/** Blocks overlap, so that a secret at the end of one is found. */
const OVERLAP_CHARS = 8_192
/** Characters that are searched as one block. */
export const PACK_CHARS: number = BLOCK_CHARS - OVERLAP_CHARS

/** Bytes that come out of one piece of compressed data. What has more is withheld. */
const MAX_INFLATED_BYTES = 4_194_304
/** The same inside of another encoding, where it is one piece of work. */
const MAX_INNER_BYTES = 262_144

/** A text with markers, and how many were put in; undefined when it could not be searched. */
export type RedactedText = { readonly text: string; readonly hits: number } | undefined

/** What is searched for; several sets of secrets may be. */
export type Indexes = readonly NeedleIndex[]

/** Undefined when the text could not be searched. */
export type Found = readonly Range[] | undefined

const NONE: readonly Range[] = []

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
  const plain = yield* removePlainInTurns(text, indexes, budget)
  if (!plain || !isCoded) return plain
  const found = yield* findCoded(plain.text, isBytes, indexes, budget)
  return found && withMarkers(plain, found)
}

/** The parts of a text of any length that hide a secret in an encoding. */
export function* findCoded(
  text: string,
  isBytes: boolean,
  indexes: Indexes,
  budget: Budget,
): Work<Found> {
  const found: Range[] = []
  const packed = new Set<number>()
  for (let from = 0; from < text.length; from += BLOCK_CHARS - OVERLAP_CHARS) {
    if (from > 0 && from + OVERLAP_CHARS >= text.length) break
    if (budget.isTurnDue) yield
    const block = text.slice(from, from + BLOCK_CHARS)
    const coded = codedIn(block, indexes, budget, MAX_LAYERS, (at) => packed.add(from + at))
    if (!coded) return undefined
    for (const range of coded) found.push({ from: from + range.from, to: from + range.to })
  }
  const reading = { isBytes, limitBytes: MAX_INFLATED_BYTES }
  const inPacked = yield* packedWith(text, packed, reading, indexes, budget)
  return inPacked && [...found, ...inPacked]
}

/** Takes out of a short text what is not encoded. */
export function removePlain(text: string, indexes: Indexes, budget: Budget): RedactedText {
  if (text.length < MIN_VIEW_CHARS) return { text, hits: 0 }
  const found = searchPlain(text, indexes, budget)
  return found && withMarkers({ text, hits: 0 }, found)
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
  for (let from = 0; from < text.length; from += PLAIN_BLOCK_CHARS - PLAIN_OVERLAP_CHARS) {
    if (budget.isTurnDue) yield
    const ranges = searchPlain(text.slice(from, from + PLAIN_BLOCK_CHARS), indexes, budget)
    if (!ranges) return undefined
    if (ranges.length > 0) return true
  }
  return false
}

/**
 * What is plain goes first. Otherwise an encoded run around it, such as the URL that it is in,
 * would be removed as a whole.
 */
function* removePlainInTurns(text: string, indexes: Indexes, budget: Budget): Work<RedactedText> {
  const found: Range[] = []
  for (let from = 0; from < text.length; from += PLAIN_BLOCK_CHARS - PLAIN_OVERLAP_CHARS) {
    if (budget.isTurnDue) yield
    const ranges = searchPlain(text.slice(from, from + PLAIN_BLOCK_CHARS), indexes, budget)
    if (!ranges) return undefined
    for (const range of ranges) found.push({ from: from + range.from, to: from + range.to })
  }
  return withMarkers({ text, hits: 0 }, found)
}

function withMarkers(
  { text, hits }: { readonly text: string; readonly hits: number },
  found: readonly Range[],
): { readonly text: string; readonly hits: number } {
  if (found.length === 0) return { text, hits }
  const ranges = mergeRanges(found)
  return { text: replaceRanges(text, ranges), hits: hits + ranges.length }
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
  const found: Range[] = []
  for (const view of views) {
    const plain = yield* removePlainInTurns(view.text, indexes, budget)
    if (!plain) return undefined
    let isHit = plain.hits > 0
    for (let from = 0; from < view.text.length && !isHit; from += BLOCK_CHARS - OVERLAP_CHARS) {
      if (budget.isTurnDue) yield
      const block = view.text.slice(from, from + BLOCK_CHARS)
      const coded = codedIn(block, indexes, budget, 1, () => {})
      if (!coded) return undefined
      isHit = coded.length > 0
    }
    if (isHit) found.push(view)
  }
  return found
}

/** The steps of a search are few, because it leaps. */
function searchPlain(text: string, indexes: Indexes, budget: Budget): Found {
  budget.spend(1 + (text.length >>> 2))
  let all: readonly Range[] = NONE
  for (const index of indexes) {
    const found = search(index, text, { budget })
    if (!found) return undefined
    if (found.length > 0) all = all.length === 0 ? found : [...all, ...found]
  }
  return all
}

/**
 * The parts of a text that hide a secret in an encoding. Undefined when there is too much.
 *
 * @param onPacked Is told where a run of letters begins that may hold compressed data.
 */
function codedIn(
  text: string,
  indexes: Indexes,
  budget: Budget,
  layers: number,
  onPacked: (at: number) => void,
): Found {
  budget.spend(text.length)
  const views = viewsOf(text, onPacked)
  if (views.length === 0) return NONE
  if (budget.isSpent) return undefined
  const found: Range[] = []
  for (const view of views) {
    budget.spend(view.text.length)
    const ranges = searchPlain(view.text, indexes, budget)
    const inner =
      ranges?.length === 0 && layers > 1 ? hiddenIn(view.text, indexes, budget, layers - 1) : ranges
    if (!inner || budget.isSpent) return undefined
    if (inner.length > 0) found.push(view)
  }
  return found
}

/** The parts of what was decoded once, which may be bytes, that hide a secret. */
function hiddenIn(text: string, indexes: Indexes, budget: Budget, layers: number): Found {
  const packed = new Set<number>()
  const coded = codedIn(text, indexes, budget, layers, (at) => packed.add(at))
  if (coded?.length !== 0) return coded
  const reading = { isBytes: mayBePackedBytes(text), limitBytes: MAX_INNER_BYTES }
  return finish(packedWith(text, packed, reading, indexes, budget))
}
