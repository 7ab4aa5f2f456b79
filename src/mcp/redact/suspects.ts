// Looks through a value as a whole for the texts that may hide a secret. It removes nothing.

import type { Budget, Work } from './budget.ts'
import { areDecoded } from './joined-texts.ts'
import { findCoded, holdsPlain, type Indexes, PACK_CHARS, redactText } from './text-search.ts'
import { type Texts, textsOf } from './texts.ts'
import { MIN_VIEW_CHARS } from './view.ts'

/**
 * The texts of a value that may hide a secret in an encoding, and whether they could be searched at
 * all. Any text may hold one that is not encoded, or a part of one.
 */
export type Suspects = ReadonlyMap<string, { readonly isTooMuch: boolean }>

/** A value that holds no secret at all. */
export const NOTHING: Suspects = new Map()

/** Finds the suspects of a value. */
export function* suspectsIn(value: unknown, indexes: Indexes, budget: Budget): Work<Suspects> {
  const texts = yield* textsOf(value, PACK_CHARS, budget)
  const suspects = yield* codedTexts(texts, indexes, budget)
  const isClean =
    suspects.size === 0 &&
    texts.isWhole &&
    !(yield* holdsAnyTogether(texts, indexes, budget)) &&
    !(yield* holdsAnyBytes(texts, indexes, budget))
  // An empty map says that there is something, and that it is not encoded.
  return isClean ? NOTHING : suspects
}

function* codedTexts({ packs }: Texts, indexes: Indexes, budget: Budget): Work<Suspects> {
  const suspects = new Map<string, { readonly isTooMuch: boolean }>()
  for (const { text, parts } of packs) {
    if (budget.isTurnDue) yield
    const found = yield* findCoded(text, false, indexes, budget)
    if (found?.length === 0) continue
    // It is known which text was too much when there is only one.
    const isTooMuch = !found && parts.length === 1
    for (const part of parts) suspects.set(part, { isTooMuch })
  }
  return suspects
}

/** What is plain in one text is in that of its name, too. */
function* holdsAnyTogether({ joined }: Texts, indexes: Indexes, budget: Budget): Work<boolean> {
  for (const { text, parts } of joined) {
    if (text.length < MIN_VIEW_CHARS) continue
    if (budget.isTurnDue) yield
    if ((yield* holdsPlain(text, indexes, budget)) !== false) return true
    if (!areDecoded(parts.length)) continue
    const coded = yield* findCoded(text, false, indexes, budget)
    if (coded?.length !== 0) return true
  }
  return false
}

function* holdsAnyBytes({ bytes }: Texts, indexes: Indexes, budget: Budget): Work<boolean> {
  for (const text of bytes) {
    if (budget.isTurnDue) yield
    const redacted = yield* redactText(text, { isCoded: true, isBytes: true }, indexes, budget)
    if (redacted?.removed.length !== 0) return true
  }
  return false
}
