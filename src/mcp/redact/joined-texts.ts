// The texts of an answer put together, because a secret may be cut over several of them: the parts
// of a `content`, the items of a list.

import type { Budget, Work } from './budget.ts'
import { holdsPlain, type Indexes } from './text-search.ts'

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
   * Whether a secret lies across the texts of a name, as it is or disguised. Undefined when they
   * could not be searched.
   */
  *holdSecret(indexes: Indexes, budget: Budget): Work<boolean | undefined> {
    for (const texts of this.#texts.values()) {
      const holds = texts.length > 1 && (yield* holdsPlain(texts.join(''), indexes, budget))
      if (holds !== false) return holds
    }
    return false
  }
}
