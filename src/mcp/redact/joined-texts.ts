// The texts of an answer put together, because a secret may be cut over several of them: the parts
// of a `content`, the items of a list.

import type { Budget, Work } from './budget.ts'
import { findCoded, holdsPlain, type Indexes } from './text-search.ts'

/**
 * So many texts together are also decoded. The names of a thousand people, put together, look
 * encoded.
 */
const MAX_DECODED_TOGETHER = 64

/** Whether so many texts are decoded together. */
export function areDecoded(count: number): boolean {
  return count > 1 && count <= MAX_DECODED_TOGETHER
}

/** What stands in members of the same name is read as one text, in order. */
export class JoinedTexts {
  readonly #texts = new Map<string, string[]>()

  /** Adds a text that was searched by itself. */
  add(name: string, text: string): void {
    const known = this.#texts.get(name)
    if (known) known.push(text)
    else this.#texts.set(name, [text])
  }

  /**
   * Whether a secret lies across the texts of a name, as it is, disguised or encoded. Undefined when
   * they could not be searched.
   */
  *holdSecret(indexes: Indexes, budget: Budget): Work<boolean | undefined> {
    for (const texts of this.#texts.values()) {
      if (texts.length === 1) continue
      const text = texts.join('')
      const holds = yield* holdsPlain(text, indexes, budget)
      if (holds !== false) return holds
      if (!areDecoded(texts.length)) continue
      const coded = yield* findCoded(text, false, indexes, budget)
      if (coded?.length !== 0) return coded && true
    }
    return false
  }
}
