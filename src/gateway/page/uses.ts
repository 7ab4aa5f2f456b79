// What used a person's credentials last, and how often. It is kept small, without content, for the
// person alone; the audit has the whole.

import { type Principal, principalKey } from '../../core/principal.ts'
import type { SecretKey, SecretStore } from '../../core/vault/secret-store.ts'

/** The use of one person's credentials for one server. */
export interface Use {
  readonly count: number
  /** Seconds since the epoch. */
  readonly usedAt: number
  /** The tool that was called last. */
  readonly tool: string
  /** The client that called it, where the token names one. */
  readonly client?: string
}

/** Milliseconds between two writes: a call does not wait for one. */
const WRITE_EVERY_MS = 2_000
/** People and servers whose uses wait to be written. One more is not counted. */
const MAX_WAITING = 10_000
/** A record is written again when another instance came between. */
const MAX_ATTEMPTS = 5

/** A use that is not written yet. */
interface Waiting {
  readonly place: SecretKey
  use: Use
}

/** The uses, over all instances with one store. */
export class Uses {
  readonly #store: SecretStore
  readonly #now: () => number
  #waiting = new Map<string, Waiting>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param now Milliseconds since the epoch. */
  constructor(store: SecretStore, now: () => number) {
    this.#store = store
    this.#now = now
  }

  /** Notes that a server has answered a call. It is written soon. */
  note(principal: Principal, server: string, tool: string): void {
    const place = placeOf(principal, server)
    const key = JSON.stringify(place)
    const before = this.#waiting.get(key)
    if (!before && this.#waiting.size >= MAX_WAITING) return
    const { client } = principal
    const use = {
      count: (before?.use.count ?? 0) + 1,
      usedAt: this.#now() / 1000,
      tool,
      ...(client === undefined ? {} : { client }),
    }
    this.#waiting.set(key, { place, use })
    // It must not keep a process alive that is done.
    this.#timer ??= setTimeout(() => void this.#write(), WRITE_EVERY_MS)
    this.#timer.unref?.()
  }

  /** The use of a person's credentials for a server; undefined when there was none. */
  async of(principal: Principal, server: string): Promise<Use | undefined> {
    await this.#write()
    return parseUse((await this.#store.read(placeOf(principal, server)))?.facts)
  }

  /** Forgets the use: the person has taken the credential back. */
  async forget(principal: Principal, server: string): Promise<void> {
    const place = placeOf(principal, server)
    this.#waiting.delete(JSON.stringify(place))
    await this.#store.remove(place)
  }

  /** Writes what waits. What cannot be written is left out: nobody is refused a call for it. */
  async #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const all = [...this.#waiting.values()]
    this.#waiting = new Map()
    await Promise.allSettled(all.map((one) => this.#add(one)))
  }

  async #add({ place, use }: Waiting): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const record = await this.#store.read(place)
      const before = parseUse(record?.facts)
      // The clock of another instance may be ahead.
      const latest = before && before.usedAt > use.usedAt ? before : use
      const facts = { ...latest, count: (before?.count ?? 0) + use.count }
      const version = (record?.version ?? 0) + 1
      if (await this.#store.write({ ...place, issuer: '', version, secrets: {}, facts })) return
    }
  }
}

function placeOf(principal: Principal, server: string): SecretKey {
  const resource = `urn:onbehalf:use:${encodeURIComponent(server)}`
  return { owner: principalKey(principal), resource, kind: 'use' }
}

function parseUse(facts: Readonly<Record<string, unknown>> = {}): Use | undefined {
  const { count, usedAt, tool, client } = facts
  if (typeof count !== 'number' || typeof usedAt !== 'number' || typeof tool !== 'string')
    return undefined
  return { count, usedAt, tool, ...(typeof client === 'string' ? { client } : {}) }
}
