// The texts of an answer put together, because a secret may be cut over several of them: the parts
// of a `content`, the items of a list.

import type { Budget, Work } from './budget.ts'
import { blankBetween, blankRanges } from './marker.ts'
import { findCoded, findPlain, type Hit, type Indexes, type Redacted } from './text-search.ts'

/**
 * So many texts together are also decoded. The names of a thousand people, put together, look
 * encoded.
 */
const MAX_DECODED_TOGETHER = 64
/** So many characters of a secret may be left: a few are there by chance. */
const MAX_LEFT_CHARS = 7

/** Whether so many texts are decoded together. */
export function areDecoded(count: number): boolean {
  return count > 1 && count <= MAX_DECODED_TOGETHER
}

/** What came of a text when it was searched by itself. */
export interface Part extends Redacted {
  readonly original: string
}

/** What was found, in order. */
interface Together {
  readonly plain: readonly Hit[]
  readonly coded: readonly Hit[]
}

/** What stands in members of the same name is read as one text, in order. */
export class JoinedTexts {
  readonly #parts = new Map<string, Part[]>()

  /** Adds a text that was searched by itself. */
  add(name: string, part: Part): void {
    const known = this.#parts.get(name)
    if (known) known.push(part)
    else this.#parts.set(name, [part])
  }

  /**
   * Whether a secret lies across the texts of a name, as it is, disguised or encoded. Undefined when
   * they could not be searched.
   */
  *holdSecret(indexes: Indexes, budget: Budget): Work<boolean | undefined> {
    for (const parts of this.#parts.values()) {
      if (parts.length === 1) continue
      const left = yield* findIn(parts.map(leftOf), indexes, budget)
      if (!left || left.plain.length + left.coded.length > 0) return left && true
      const isPassedOn = yield* holdMore(parts, indexes, budget)
      if (isPassedOn !== false) return isPassedOn
    }
    return false
  }
}

/**
 * Whether the texts hold more of a secret than what was removed from them. Of a secret that is cut,
 * some pieces are found alone. Others are too short, or look like words.
 */
function* holdMore(
  parts: readonly Part[],
  indexes: Indexes,
  budget: Budget,
): Work<boolean | undefined> {
  if (!parts.some(({ removed }) => removed.length > 0)) return false
  const all = yield* findIn(parts.map(originalOf), indexes, budget)
  const removed = yield* findIn(parts.map(removedOf), indexes, budget)
  return all && removed && (isMore(all.plain, removed.plain) || isMore(all.coded, removed.coded))
}

/** Whether a hit has more characters of a secret than those of others that are in the same place. */
function isMore(hits: readonly Hit[], others: readonly Hit[]): boolean {
  let next = 0
  return hits.some(({ from, to, chars }) => {
    let known = 0
    for (let other = others[next]; other && middleOf(other) < to; other = others[++next])
      if (other.to > from) known += other.chars
    return chars - known > MAX_LEFT_CHARS
  })
}

/** What is found in texts when they are put together. */
function* findIn(
  texts: readonly string[],
  indexes: Indexes,
  budget: Budget,
): Work<Together | undefined> {
  const text = texts.join('')
  const plain = yield* findPlain(text, indexes, budget)
  if (!plain || !areDecoded(texts.length)) return plain && { plain: apart(plain), coded: [] }
  const coded = yield* findCoded(blankRanges(text, plain), false, indexes, budget)
  return coded && { plain: apart(plain), coded: apart(coded) }
}

/** Of hits in the same place, the one with the most counts: the same was found in several ways. */
function apart(hits: readonly Hit[]): readonly Hit[] {
  const kept: Hit[] = []
  for (const hit of [...hits].sort((left, right) => left.from - right.from)) {
    const last = kept.at(-1)
    if (!last || (middleOf(hit) >= last.to && middleOf(last) < hit.from)) kept.push(hit)
    else
      kept[kept.length - 1] = {
        from: last.from,
        to: Math.max(last.to, hit.to),
        chars: Math.max(last.chars, hit.chars),
      }
  }
  return kept
}

/** Encoded texts that touch share the letters at their border. The middle of each is its own. */
function middleOf({ from, to }: Hit): number {
  return (from + to) / 2
}

function originalOf({ original }: Part): string {
  return original
}

function leftOf({ text }: Part): string {
  return text
}

function removedOf({ original, removed }: Part): string {
  return blankBetween(original, removed)
}
