// References: what the model gets in the prompt pattern instead of a credential. Each stands for
// one value at the bound parameters of one server, in one run; anywhere else it is worthless, and
// its use is refused.

import { REFERENCE_PREFIX } from '../../core/wire-names.ts'

/** What the values of the prompt are filled from. */
export type ReferenceKind = 'credential' | 'subject'

/** The references of one run. */
export interface References {
  /** The reference for a value of a server's; the same one each time it is asked for. */
  mint(server: string, kind: ReferenceKind): string
  /**
   * What a text stands for at a server; undefined when it is no reference of that server's. The
   * text must be the reference and nothing else.
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

/** Whether a text mentions a reference, of any run. */
export function mentionsReference(text: string): boolean {
  return text.includes(REFERENCE_PREFIX)
}

/** 128 random bits in hex. */
function randomText(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
