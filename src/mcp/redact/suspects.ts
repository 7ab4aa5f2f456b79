// Looks through a value as a whole for the texts that may hide a secret. It removes nothing.

import type { Budget, Work } from './budget.ts'
import { findCoded, holdsPlain, type Indexes, PACK_CHARS, redactText } from './text-search.ts'
import { type Texts, textsOf } from './texts.ts'

/**
 * The texts of a value that may hide a secret in an encoding. Any text may hold one that is not
 * encoded, or a part of one.
 */
export type Suspects = ReadonlySet<string>

/** A value that holds no secret at all. */
export const NOTHING: Suspects = new Set()

/** Reading a value is about so much work. */
const STEPS_FOR_VALUE = 2

/** Finds the suspects of a value. */
export function* suspectsIn(value: unknown, indexes: Indexes, budget: Budget): Work<Suspects> {
  const texts = textsOf(value, PACK_CHARS)
  budget.spend(STEPS_FOR_VALUE * texts.count)
  const suspects = yield* codedTexts(texts, indexes, budget)
  const isClean =
    suspects.size === 0 &&
    texts.isWhole &&
    !(yield* holdsAnyPlain(texts, indexes, budget)) &&
    !(yield* holdsAnyBytes(texts, indexes, budget))
  // An empty set says that there is something, and that it is not encoded.
  return isClean ? NOTHING : suspects
}

function* codedTexts({ packs }: Texts, indexes: Indexes, budget: Budget): Work<Set<string>> {
  const suspects = new Set<string>()
  for (const { text, parts } of packs) {
    if (budget.isTurnDue) yield
    const found = yield* findCoded(text, false, indexes, budget)
    if (found?.length === 0) continue
    for (const part of parts) suspects.add(part)
  }
  return suspects
}

/** What is in one text is in that of its name. */
function* holdsAnyPlain({ joined }: Texts, indexes: Indexes, budget: Budget): Work<boolean> {
  for (const text of joined) {
    if (budget.isTurnDue) yield
    if ((yield* holdsPlain(text, indexes, budget)) !== false) return true
  }
  return false
}

function* holdsAnyBytes({ bytes }: Texts, indexes: Indexes, budget: Budget): Work<boolean> {
  for (const text of bytes) {
    if (budget.isTurnDue) yield
    const redacted = yield* redactText(text, { isCoded: true, isBytes: true }, indexes, budget)
    if (redacted?.text !== text) return true
  }
  return false
}
