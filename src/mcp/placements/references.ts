// References, which the model gets in the prompt pattern instead of credentials. A reference stands
// for one value at the bound parameters of one server, in one run. Anywhere else it is worthless,
// and a call with it is refused.

import { REFERENCE_PREFIX } from '../../core/wire-names.ts'

/** What a reference stands for. */
export type ReferenceKind = 'credential' | 'subject'

/** The references of one run. */
export interface References {
  /** Gives the reference for a value at a server. It is the same one each time. */
  mint(server: string, kind: ReferenceKind): string
  /**
   * Tells what a text stands for at a server. Undefined when it is no reference for that server.
   * The text must be the reference and nothing else.
   */
  kindOf(server: string, text: unknown): ReferenceKind | undefined
}

/** Makes the references of one run. */
export function createReferences(): References {
  const minted = new Map<string, string>()
  return {
    mint(server, kind) {
      const key = JSON.stringify([server, kind])
      const reference = minted.get(key) ?? `${REFERENCE_PREFIX}${randomText()}`
      minted.set(key, reference)
      return reference
    },
    kindOf(server, text) {
      if (typeof text !== 'string') return undefined
      const kinds: readonly ReferenceKind[] = ['credential', 'subject']
      return kinds.find((kind) => minted.get(JSON.stringify([server, kind])) === text)
    },
  }
}

/** Whether a text contains a reference of any run. */
export function mentionsReference(text: string): boolean {
  return text.includes(REFERENCE_PREFIX)
}

/** 128 random bits in hex. */
function randomText(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
