// How often one person may ask: the port, and a limit in this process's memory.

import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js'

/** What is counted: every request, and those that begin a run. */
export type RateKind = 'run' | 'request'

/** Whether one more is allowed; if not, whole seconds after which it may be, at least 1. */
export type RateTaken = { readonly ok: true } | { readonly ok: false; readonly retryAfter: number }

/** The port. */
export interface RateLimit {
  /** Counts one for an owner (`principalKey`), also when it is not allowed. */
  take(owner: string, kind: RateKind): Promise<RateTaken>
}

/** So many in a time, which begins with the first. */
export interface Rate {
  readonly most: number
  /** Seconds. */
  readonly per: number
}

/** How many of each kind. */
export interface Rates {
  /** Default 60 a minute. */
  readonly runs?: Rate
  /** Default 600 a minute. */
  readonly requests?: Rate
}

/**
 * A limit that this process keeps, by its own clock; what it counted is forgotten when its time is over. Several instances allow as many times
 * as much.
 *
 * @throws TypeError for a rate that is no whole number of requests, at least 1, in 1 second to 20 days.
 */
export function memoryRateLimit(rates: Rates = {}): RateLimit {
  const each = ratesOf(rates)
  // Each has its own keys; with a prefix, it would keep a text of its own for every person.
  const limiter = ({ most, per }: Rate) =>
    new RateLimiterMemory({ keyPrefix: '', points: most, duration: per })
  const limiters = { run: limiter(each.run), request: limiter(each.request) }
  return { take: (owner, kind) => take(limiters[kind], owner) }
}

/** The rates by kind, checked. */
export function ratesOf({
  runs = { most: 60, per: 60 },
  requests = { most: 600, per: 60 },
}: Rates): Readonly<Record<RateKind, Rate>> {
  for (const { most, per } of [runs, requests]) {
    // Beyond that, a timer ends at once, and the limit with it.
    if (!(Number.isSafeInteger(most) && most > 0 && per >= 1 && per <= LONGEST)) {
      throw new TypeError(
        'A rate is a whole number of requests, at least 1, in 1 second to 20 days',
      )
    }
  }
  return { run: runs, request: requests }
}

/** Seconds. */
const LONGEST = 20 * 24 * 3600

/** What is needed of a limiter of the library: it rejects with a `RateLimiterRes` what is too much. */
export interface Limiter {
  consume(key: string): Promise<unknown>
}

/**
 * Counts one.
 *
 * @throws Error of the limiter's when it could not.
 */
export async function take(limiter: Limiter, key: string): Promise<RateTaken> {
  try {
    await limiter.consume(key)
    return { ok: true }
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    return { ok: false, retryAfter: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) }
  }
}
