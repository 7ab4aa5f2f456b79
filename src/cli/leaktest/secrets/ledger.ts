// The ledger of a run: every secret in it, whose it is, and where it may be.

import type { Secret } from '../search/parts.ts'

/** A secret of a run. */
export interface KnownSecret extends Secret {
  /** The name that the target gives it. */
  readonly name?: string
  /** The sinks in which it may stand in the place for credentials, and nowhere else. */
  readonly homes: readonly string[]
  /** The sinks in which it may stand anywhere. */
  readonly rooms?: readonly string[]
}

/** The shortest text that is taken for a secret. */
export const SHORTEST_SECRET = 12

/** Secrets by their text. */
export class Ledger {
  readonly #byText = new Map<string, KnownSecret>()

  /** Adds a secret, or nothing when it is too short to be searched for. What was known stays. */
  add(secret: KnownSecret): void {
    if (secret.text.length < SHORTEST_SECRET || this.#byText.has(secret.text)) return
    this.#byText.set(secret.text, secret)
  }

  /** Lets a secret stand anywhere in one more sink. */
  allow(text: string, room: string): void {
    const known = this.#byText.get(text)
    if (!known || known.rooms?.includes(room)) return
    this.#byText.set(text, { ...known, rooms: [...(known.rooms ?? []), room] })
  }

  /** The secret with this text. */
  find(text: string): KnownSecret | undefined {
    return this.#byText.get(text)
  }

  /** All of them. */
  all(): readonly KnownSecret[] {
    return [...this.#byText.values()]
  }
}

/** The credential in a header's value. */
export function credentialIn(value: string): string {
  return /^(?:Bearer|DPoP|Token)\s+(\S+)$/i.exec(value)?.[1] ?? value
}
