// Takes secrets out of a JSON value: out of values and keys, also where they are encoded twice. It
// does not know the secrets; the search does.

import type { Budget, Work } from './budget.ts'
import { textsOfBytes } from './byte-lists.ts'
import { JoinedTexts, type Part } from './joined-texts.ts'
import { MARKER } from './marker.ts'
import { NOTHING, type Suspects, suspectsIn } from './suspects.ts'
import {
  type Indexes,
  PACK_CHARS,
  type RedactedText,
  redactText,
  removePlain,
} from './text-search.ts'
import { MAX_DEPTH, MIN_SECRET_NUMBER, STEPS_FOR_KEY } from './texts.ts'

/** Stands in place of what is too deep to be searched. */
export const WITHHELD = '[content withheld]'
/** Stands in place of what would take too much work. */
const TOO_MUCH = '[content withheld: too much to search]'
/** Under this name the keys of all objects are read together. */
const KEYS = '\0'
const BYTES = { isCoded: true, isBytes: true }

/** The value with markers. */
export interface RedactedValue {
  readonly value: unknown
  /** Markers that were put in. */
  readonly hits: number
  /** Parts that were removed because they could not be searched. */
  readonly withheld: number
}

/** An array or object whose parts are being redacted. */
interface Frame {
  readonly part: object
  /** The member that it is, or is in. */
  readonly name: string
  /** The keys of an object, as they are redacted. */
  readonly keys: string[] | undefined
  readonly items: unknown[]
  at: number
  isTouched: boolean
}

/**
 * Redacts a value. A value with nothing to remove comes back as the same object.
 *
 * Most values have nothing: `suspects.ts` sees that from all their texts together. Only another one
 * is gone through.
 */
export function* redactValue(
  value: unknown,
  indexes: Indexes,
  budget: Budget,
): Work<RedactedValue> {
  const suspects = yield* suspectsIn(value, indexes, budget)
  if (suspects === NOTHING) return { value, hits: 0, withheld: 0 }
  return yield* rewriteValue(value, new Walk(indexes, budget, suspects), budget)
}

/** It keeps its own stack, so that it can pause anywhere. */
function* rewriteValue(value: unknown, walk: Walk, budget: Budget): Work<RedactedValue> {
  const joined = new JoinedTexts()
  const root = openFrame([value], '')
  const stack: Frame[] = [root]
  for (let frame: Frame | undefined = root; frame; frame = stack.at(-1)) {
    if (budget.isTurnDue) yield
    budget.spend(1)
    if (frame.at === frame.items.length) {
      stack.pop()
      const outer = stack.at(-1)
      if (outer) put(outer, yield* closeFrame(frame, budget))
      continue
    }
    const key = frame.keys?.[frame.at]
    if (key !== undefined) {
      const redacted = walk.mayTakeLong(key) ? yield* walk.longText(key) : walk.text(key)
      joined.add(KEYS, redacted)
      putKey(frame, redacted.text)
    }
    const item = frame.items[frame.at]
    if (typeof item === 'string') {
      const redacted = walk.mayTakeLong(item) ? yield* walk.longText(item) : walk.text(item)
      joined.add(key ?? frame.name, redacted)
      put(frame, redacted.text)
    } else if (typeof item === 'number') put(frame, walk.number(item))
    else if (typeof item !== 'object' || item === null) put(frame, item)
    // The root frame is one more than the levels of the value.
    else if (stack.length > MAX_DEPTH) put(frame, walk.withhold(WITHHELD))
    else if (yield* walk.hidesInBytes(item)) put(frame, MARKER)
    else stack.push(openFrame(item, key ?? frame.name))
  }
  const { hits, withheld } = walk
  const holds = yield* joined.holdSecret(walk.indexes, budget)
  return holds === false
    ? { value: root.items[0], hits, withheld }
    : { value: WITHHELD, hits: hits + (holds ? 1 : 0), withheld: withheld + 1 }
}

/** Redacts what a value is made of, and counts. */
class Walk {
  hits = 0
  withheld = 0
  readonly indexes: Indexes
  readonly #budget: Budget
  readonly #suspects: Suspects

  constructor(indexes: Indexes, budget: Budget, suspects: Suspects) {
    this.indexes = indexes
    this.#budget = budget
    this.#suspects = suspects
  }

  /** Whether the search of a text should pause at times. */
  mayTakeLong(text: string): boolean {
    return text.length > PACK_CHARS || this.#suspects.has(text)
  }

  text(text: string): Part {
    return this.#counted(text, removePlain(text, this.indexes, this.#budget))
  }

  *longText(text: string): Work<Part> {
    const suspect = this.#suspects.get(text)
    if (suspect?.isTooMuch) return this.#counted(text, undefined)
    const isCoded = suspect !== undefined
    return this.#counted(text, yield* redactText(text, { isCoded }, this.indexes, this.#budget))
  }

  number(value: number): unknown {
    if (Math.abs(value) < MIN_SECRET_NUMBER) return value
    const text = String(value)
    const redacted = this.text(text)
    return redacted.text === text ? value : redacted.text
  }

  /** Whether an array, or an object like one, holds the bytes of a secret. */
  *hidesInBytes(part: object): Work<boolean> {
    for (const text of textsOfBytes(part)) {
      const redacted = yield* redactText(text, BYTES, this.indexes, this.#budget)
      if (this.#counted(text, redacted).text !== text) return true
    }
    return false
  }

  withhold(marker: string): string {
    this.withheld++
    return marker
  }

  #counted(original: string, redacted: RedactedText): Part {
    if (redacted) this.hits += redacted.removed.length
    return redacted ? { original, ...redacted } : withheldPart(this.withhold(TOO_MUCH))
  }
}

/** What could not be searched by itself is not searched beside others either. */
function withheldPart(marker: string): Part {
  return { original: marker, text: marker, removed: [] }
}

function openFrame(part: object, name: string): Frame {
  return Array.isArray(part)
    ? { part, name, keys: undefined, items: [...part], at: 0, isTouched: false }
    : { part, name, keys: Object.keys(part), items: Object.values(part), at: 0, isTouched: false }
}

function putKey(frame: Frame, key: string): void {
  if (!frame.keys || frame.keys[frame.at] === key) return
  frame.keys[frame.at] = key
  frame.isTouched = true
}

/** Puts an item in place, and goes on to the next. */
function put(frame: Frame, item: unknown): void {
  if (frame.items[frame.at] !== item) frame.isTouched = true
  frame.items[frame.at] = item
  frame.at++
}

function* closeFrame({ part, keys, items, isTouched }: Frame, budget: Budget): Work<unknown> {
  if (!isTouched) return part
  // `fromEntries` defines a member `__proto__`, where an assignment would set the prototype.
  return keys ? Object.fromEntries(yield* withUniqueKeys(keys, items, budget)) : items
}

/** Numbers keys that became equal, so that two keys that held the same secret stay two. */
function* withUniqueKeys(
  keys: readonly string[],
  items: readonly unknown[],
  budget: Budget,
): Work<Map<string, unknown>> {
  const unique = new Map<string, unknown>()
  // The last number of each key. Counting from the start each time would take quadratic time.
  const counts = new Map<string, number>()
  for (const [index, key] of keys.entries()) {
    if (budget.isTurnDue) yield
    budget.spend(STEPS_FOR_KEY)
    let free = key
    let count = counts.get(key) ?? 1
    while (unique.has(free)) {
      budget.spend(1)
      free = `${key} ${++count}`
    }
    if (free !== key) counts.set(key, count)
    unique.set(free, items[index])
  }
  return unique
}
