// A quick look at a small value, as most answers are: it says at little cost that there is no secret.
// It is never wrong when it says so; of anything else it says nothing, and `json-value.ts` searches.

import type { UnknownObject } from '../../core/json.ts'
import type { Budget } from './budget.ts'
import { viewsOf } from './coded.ts'
import { GRAM, gramAt } from './grams.ts'
import type { NeedleIndex } from './needle-index.ts'
import { hasGzip, mayBePackedBytes } from './packed.ts'
import { BETWEEN, MIN_SECRET_NUMBER } from './texts.ts'
import { MIN_VIEW_CHARS, type View } from './view.ts'

/** Larger values are not looked at. */
const MAX_VALUES = 48
const MAX_CHARS = 2_048
const MAX_LEVELS = 12
/** Under this name the keys of all objects are read together. */
const KEYS = '\0'

/** Whether a value clearly holds no secret, neither as it is, nor over several texts, nor encoded. */
export function isClearlyClean(
  value: unknown,
  indexes: readonly NeedleIndex[],
  budget: Budget,
): boolean {
  // The search lets others have their turn.
  if (budget.isTurnDue) return false
  const texts = new SmallTexts()
  if (!texts.read(value, '', 0)) return false
  const all = texts.together()
  budget.spend(all.length)
  return !mayHoldPlain(all, indexes) && !mayHoldCoded(all, indexes)
}

/** Whether a gram of the text is one of a secret. */
function mayHoldPlain(text: string, indexes: readonly NeedleIndex[]): boolean {
  const last = text.length - GRAM
  for (const { size, leap, letterCase, grams } of indexes) {
    if (size === 0) continue
    for (let at = 0; at <= last; at += leap) {
      const hash = gramAt(text, at, letterCase)
      // The filter passes some grams that are in no secret, too.
      if (grams.mayHave(hash) && grams.first(hash) >= 0) return true
    }
  }
  return false
}

/**
 * Whether a part of the text may be a secret, encoded or compressed. Keys that are read together, and
 * long words, often look encoded once; what looks encoded twice is left to the search.
 */
function mayHoldCoded(text: string, indexes: readonly NeedleIndex[]): boolean {
  const views = viewsIn(text)
  return (
    !views ||
    hasGzip(text) ||
    views.some(
      (view) =>
        mayHoldPlain(view.text, indexes) ||
        mayBePackedBytes(view.text) ||
        viewsIn(view.text)?.length !== 0,
    )
  )
}

/** What parts of the text may decode to; undefined when compressed data may be in it. */
function viewsIn(text: string): readonly View[] | undefined {
  let isPacked = false
  const views = viewsOf(text, () => {
    isPacked = true
  })
  return isPacked ? undefined : views
}

/** The texts of a small value: each by itself, and those in members of the same name as one. */
class SmallTexts {
  /** The texts that are long enough for a secret, apart from each other. */
  #apart = ''
  readonly #names: string[] = [KEYS]
  readonly #joined: string[] = ['']
  /** The names that have several texts. */
  readonly #several: boolean[] = [true]
  #values = 0
  #chars = 0

  /**
   * Reads a value.
   *
   * @param name The member that it is, or is in.
   * @returns False when it is not small, or may be bytes written as numbers.
   */
  read(value: unknown, name: string, level: number): boolean {
    if (++this.#values > MAX_VALUES) return false
    if (typeof value === 'string') return this.#add(name, value)
    if (typeof value === 'number')
      return Math.abs(value) < MIN_SECRET_NUMBER || this.#add(name, String(value))
    if (typeof value !== 'object' || value === null) return true
    if (level === MAX_LEVELS) return false
    if (!Array.isArray(value)) return this.#readMembers(value as UnknownObject, level)
    if (typeof value[0] === 'number') return false
    for (const item of value) if (!this.read(item, name, level + 1)) return false
    return true
  }

  #readMembers(part: UnknownObject, level: number): boolean {
    for (const key of Object.keys(part)) {
      if (key === '0') return false
      this.#joined[0] += key
      if (key.length >= MIN_VIEW_CHARS) this.#apart += key + BETWEEN
      this.#chars += key.length
      if (!this.read(part[key], key, level + 1)) return false
    }
    return this.#chars <= MAX_CHARS
  }

  #add(name: string, text: string): boolean {
    this.#chars += text.length
    if (this.#chars > MAX_CHARS) return false
    if (text.length >= MIN_VIEW_CHARS) this.#apart += text + BETWEEN
    const known = this.#names.indexOf(name, 1)
    if (known < 0) {
      this.#names.push(name)
      this.#joined.push(text)
      this.#several.push(false)
    } else {
      this.#joined[known] += text
      this.#several[known] = true
    }
    return true
  }

  /** All of them as one text. What stands between two of them ends a run of whatever kind. */
  together(): string {
    let all = this.#apart
    for (let name = 0; name < this.#names.length; name++) {
      const joined = this.#joined[name] ?? ''
      if (this.#several[name] && joined.length >= MIN_VIEW_CHARS) all += joined + BETWEEN
    }
    return all
  }
}
