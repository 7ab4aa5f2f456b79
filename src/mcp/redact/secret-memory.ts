// Secrets that are remembered until they expire. The memory has bounds, and nobody can push out the
// secret of somebody else before its time. It searches nothing; the set does.

import type { Credential } from '../../core/credential.ts'
import type { SecretSet } from './secret-set.ts'

/** How long a secret is remembered, and for whom. */
export interface Term {
  /** Whose share of the memory it takes. */
  readonly person: string
  /** What share of the person's: that of one server. */
  readonly server: string
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
  /** Secrets of one person at most, so that nobody can fill the memory alone. */
  readonly maxOfPerson: number
  /** Of these, for one server, so that no server can fill a person's share alone. */
  readonly maxAtServer: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface Entry {
  readonly text: string
  /** The object in the set. A store makes a new one each time that it reads the same key. */
  readonly secret: Credential
  readonly person: string
  readonly server: string
  untilMs: number
  mayGo: boolean
}

/** Secrets that are forgotten in one go. To forget one takes about 0.1 ms. */
const MAX_FORGOTTEN = 50

/** Makes an empty memory. */
export function secretMemory(options: SecretMemoryOptions): SecretMemory {
  const { set, max, now } = options
  const entries = new Map<string, Entry>()
  const shares = [
    share(options.maxAtServer, ({ person, server }) => JSON.stringify([person, server])),
    share(options.maxOfPerson, ({ person }) => person),
  ]
  /** Those that may go, the longest unused first. */
  const leaving = new Set<Entry>()
  let sweepAtMs = Number.POSITIVE_INFINITY

  function forget(entry: Entry): void {
    for (const one of shares) one.delete(entry)
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

  function makeRoom(owner: Owner): boolean {
    for (const one of shares) {
      const own = one.filledBy(owner)
      if (own) return forgetFirst(own)
    }
    return entries.size < max || forgetFirst(leaving)
  }

  /** Puts an entry last among those that may go. */
  function use(entry: Entry): void {
    for (const one of shares) one.putLast(entry)
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
    add(secret, { person, server, untilMs, mayGo }) {
      sweep()
      const text = secret.reveal()
      const known = entries.get(text)
      if (!known && !makeRoom({ person, server })) return false
      const entry = known ?? { text, secret, person, server, untilMs, mayGo }
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

type Owner = Pick<Term, 'person' | 'server'>

/** What each owner has of the memory, the longest unused first. */
interface Share {
  putLast(entry: Entry): void
  delete(entry: Entry): void
  /** What an owner has, when they may have no more. */
  filledBy(owner: Owner): Iterable<Entry> | undefined
}

function share(max: number, keyOf: (owner: Owner) => string): Share {
  const owned = new Map<string, Set<Entry>>()
  return {
    putLast(entry) {
      const key = keyOf(entry)
      const own = owned.get(key) ?? new Set()
      own.delete(entry)
      owned.set(key, own.add(entry))
    },
    delete(entry) {
      const key = keyOf(entry)
      const own = owned.get(key)
      own?.delete(entry)
      if (own?.size === 0) owned.delete(key)
    },
    filledBy(owner) {
      const own = owned.get(keyOf(owner))
      return own && own.size >= max ? own : undefined
    },
  }
}
