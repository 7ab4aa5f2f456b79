// Secrets that are remembered until they expire. The memory has bounds, and nobody can push out the
// secret of somebody else before its time. It searches nothing; the set does.

import type { Credential } from '../../core/credential.ts'
import type { SecretSet } from './secret-set.ts'

/** How long a secret is remembered, and for whom. */
export interface Term {
  /** Whose share of the memory it takes. */
  readonly owner: string
  /** Milliseconds since the epoch; `Infinity` when nobody knows. */
  readonly untilMs: number
  /** Whether it may go before that, when there is no room for another. */
  readonly mayGo: boolean
}

/** A bounded memory of secrets. */
export interface SecretMemory {
  /**
   * Remembers a secret. One that is known already is remembered for the longer of both times.
   *
   * @returns False when there is no room, and nothing that may go.
   */
  add(secret: Credential, term: Term): boolean
  /** Whether a text is one of the secrets. */
  has(text: string): boolean
  /** Forgets some of what has expired. It looks at most once a second, while nothing has. */
  sweep(): void
}

/** Options of {@link secretMemory}. */
export interface SecretMemoryOptions {
  /** Holds what is remembered. Others may put secrets into it, too. */
  readonly set: SecretSet
  /** Secrets at most. */
  readonly max: number
  /** Secrets of one owner at most, so that nobody can fill the memory alone. */
  readonly maxOfOwner: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface Entry {
  readonly text: string
  /** The object in the set. A store makes a new one each time that it reads the same key. */
  readonly secret: Credential
  readonly owner: string
  untilMs: number
  mayGo: boolean
}

/** Secrets that are forgotten in one go. To forget one takes about 0.1 ms. */
const MAX_FORGOTTEN = 50

/** Makes an empty memory. */
export function secretMemory({ set, max, maxOfOwner, now }: SecretMemoryOptions): SecretMemory {
  const entries = new Map<string, Entry>()
  const owned = new Map<string, Set<Entry>>()
  /** Those that may go, the longest unused first. */
  const leaving = new Set<Entry>()
  let sweepAtMs = Number.POSITIVE_INFINITY

  function forget(entry: Entry): void {
    const others = owned.get(entry.owner)
    others?.delete(entry)
    if (others?.size === 0) owned.delete(entry.owner)
    leaving.delete(entry)
    entries.delete(entry.text)
    set.delete(entry.secret)
  }

  function forgetFirst(candidates: Iterable<Entry>): boolean {
    for (const entry of candidates) {
      if (!entry.mayGo) continue
      forget(entry)
      return true
    }
    return false
  }

  function makeRoom(owner: string): boolean {
    const own = owned.get(owner)
    if (own && own.size >= maxOfOwner) return forgetFirst(own)
    return entries.size < max || forgetFirst(leaving)
  }

  /** Puts an entry last among those that may go. */
  function use(entry: Entry): void {
    const own = owned.get(entry.owner)
    own?.delete(entry)
    owned.set(entry.owner, (own ?? new Set()).add(entry))
    leaving.delete(entry)
    if (entry.mayGo) leaving.add(entry)
  }

  function sweep(): void {
    const time = now()
    if (time < sweepAtMs) return
    let nextMs = Number.POSITIVE_INFINITY
    let forgotten = 0
    for (const entry of entries.values()) {
      if (entry.untilMs > time) nextMs = Math.min(nextMs, entry.untilMs)
      else if (forgotten++ < MAX_FORGOTTEN) forget(entry)
      else return
    }
    sweepAtMs = Math.max(nextMs, time + 1000)
  }

  return {
    add(secret, { owner, untilMs, mayGo }) {
      sweep()
      const text = secret.reveal()
      const known = entries.get(text)
      if (!known && !makeRoom(owner)) return false
      const entry = known ?? { text, secret, owner, untilMs, mayGo }
      entry.untilMs = Math.max(entry.untilMs, untilMs)
      entry.mayGo &&= mayGo
      if (!known) {
        entries.set(text, entry)
        set.add(secret)
      }
      if (!known || entry.mayGo || leaving.has(entry)) use(entry)
      sweepAtMs = Math.min(sweepAtMs, entry.untilMs)
      return true
    },
    has: (text) => entries.has(text),
    sweep,
  }
}
