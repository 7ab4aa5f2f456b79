// Remembers issued tokens until shortly before they expire. Concurrent callers share one request
// for a new one.

import type { ApprovedCall } from '../call-policy.ts'
import { granted, type RefusalReason, type Result } from '../errors.ts'
import type { Eventual } from '../eventual.ts'
import { putNewest } from '../put-newest.ts'
import type { IssuedToken } from './exchange.ts'

/** How a caller asks for a token. */
export interface IssueOptions {
  /** The token that the destination just refused. It is not served again. */
  readonly refused?: IssuedToken
  /**
   * The scopes that the request needs, where they are fewer than the source's. The cache ignores them;
   * sources read them.
   */
  readonly needed?: readonly string[]
  /**
   * The call that the person has said yes to, and that the token is for. Sources that have it in the
   * token ask for one of its own.
   */
  readonly approved?: ApprovedCall
  /**
   * Scopes that the destination asked for and the token lacks. The cache ignores them; sources read
   * them.
   */
  readonly wider?: readonly string[]
}

/** A cache of issued tokens. */
export interface IssuedCache {
  /**
   * Gives the token under a key, at once from memory, or from one call of `issue` that concurrent
   * callers share.
   *
   * @param owner Whose token it is, for {@link IssuedCache.forget}.
   */
  get(
    owner: string,
    key: string,
    issue: () => Promise<Result<IssuedToken>>,
    options?: IssueOptions,
  ): Eventual<Result<IssuedToken>>
  /** Drops every token of an owner, for example at sign-out. */
  forget(owner: string): void
}

interface KnownToken {
  readonly owner: string
  readonly token: IssuedToken
  /** Seconds since the epoch. */
  readonly usedUntil: number
}

/** Options of {@link issuedCache}. */
export interface IssuedCacheOptions {
  /** Tokens remembered at most. Default 10,000. */
  readonly maxEntries?: number
  /**
   * A token is not used any more in so many seconds before its expiry. Default 30. A token that lives
   * less than twice as long is used for half of its life.
   */
  readonly marginSeconds?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * Makes a cache. It never remembers a refusal. A request that began before `forget` and ends later
 * stores nothing.
 */
export function issuedCache(options: IssuedCacheOptions = {}): IssuedCache {
  const { maxEntries = 10_000, marginSeconds = 30, now = Date.now } = options
  const known = new Map<string, KnownToken>()
  const flights = new Map<
    string,
    { readonly owner: string; readonly result: Promise<Result<IssuedToken>> }
  >()

  function hit(key: string, refused: IssuedToken | undefined): IssuedToken | undefined {
    const entry = known.get(key)
    return entry && entry.token !== refused && entry.usedUntil > now() / 1000
      ? entry.token
      : undefined
  }

  async function fly(
    owner: string,
    key: string,
    issue: () => Promise<Result<IssuedToken>>,
    refused: IssuedToken | undefined,
  ): Promise<Result<IssuedToken>> {
    for (let under = flights.get(key); under; under = flights.get(key)) {
      const shared = await under.result
      // This refusal is about the caller who made the request: they ended or expired. It says
      // nothing about the callers who waited with them.
      if (shared.ok || !concernsTheAsker(shared.refusal.reason)) return shared
      const token = hit(key, refused)
      if (token) return granted(token)
    }
    known.delete(key)
    const result = issue()
    const flight = { owner, result }
    flights.set(key, flight)
    try {
      const issued = await result
      if (issued.ok && flights.get(key) === flight) {
        const { expiresAt } = issued.value
        const margin = Math.min(marginSeconds, (expiresAt - now() / 1000) / 2)
        const entry = { owner, token: issued.value, usedUntil: expiresAt - margin }
        putNewest(known, key, entry, maxEntries)
      }
      return issued
    } finally {
      if (flights.get(key) === flight) flights.delete(key)
    }
  }

  return {
    get(owner, key, issue, { refused } = {}) {
      const token = hit(key, refused)
      return token ? granted(token) : fly(owner, key, issue, refused)
    },
    forget(owner): void {
      for (const [key, entry] of known) if (entry.owner === owner) known.delete(key)
      for (const [key, flight] of flights) if (flight.owner === owner) flights.delete(key)
    },
  }
}

function concernsTheAsker(reason: RefusalReason): boolean {
  return (
    reason === 'handle_refused' ||
    reason === 'caller_ended' ||
    reason === 'exchange_grant_refused' ||
    reason === 'exchange_interaction_required'
  )
}
