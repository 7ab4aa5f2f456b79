// Limits how often one person may send requests: the port, and a limit in this process's memory.

import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'

/** What is counted: every request, and those that begin a run. */
export type RateKind = 'run' | 'request'

/** Whether a request is allowed. If not, `retryAfter` is in whole seconds, at least 1. */
export type RateTaken = { readonly ok: true } | { readonly ok: false; readonly retryAfter: number }

/** The port. */
export interface RateLimit {
  /** Counts one request of an owner (`principalKey`), also one that is not allowed. */
  take(owner: string, kind: RateKind): Promise<RateTaken>
}

/** At most `most` requests in `per` seconds. The time begins with the first request. */
export interface Rate {
  readonly most: number
  /** In seconds: 60 for a rate per minute. */
  readonly per: number
}

/** The rate of each kind. */
export interface Rates {
  /** Default 60 a minute. */
  readonly runs?: Rate
  /** Default 600 a minute. */
  readonly requests?: Rate
}

/**
 * Makes a limit in this process's memory, by its own clock. Each instance counts alone, so three
 * instances allow three times as much.
 *
 * @throws TypeError unless each rate is a whole number of requests, at least 1, in 1 second to 20
 *   days.
 */
export function memoryRateLimit(rates: Rates = {}): RateLimit {
  const each = ratesOf('memoryRateLimit', rates)
  // No prefix: with one, the library would make another text for every person.
  const limiter = ({ most, per: seconds }: Rate) =>
    new RateLimiterMemory({ keyPrefix: '', points: most, duration: seconds })
  const limiters = { run: limiter(each.run), request: limiter(each.request) }
  return { take: (owner, kind) => take(limiters[kind], owner) }
}

/** Every option of a rate limit. A new one does not compile until it is here. */
export const RATES: OptionNames<Rates> = { runs: 'optional', requests: 'optional' }

const RATE: OptionNames<Rate> = { most: 'required', per: 'required' }

/** Checks the rates, and gives them by kind. */
export function ratesOf(factory: string, rates: Rates): Readonly<Record<RateKind, Rate>> {
  checkOptions(factory, '', rates, RATES)
  const { runs = { most: 60, per: 60 }, requests = { most: 600, per: 60 } } = rates
  for (const [name, rate] of Object.entries({ runs, requests })) {
    checkOptions(factory, name, rate, RATE)
    const { most, per } = rate
    // A timer of more than 24.8 days fires at once, and the limit would end with it.
    if (!(Number.isSafeInteger(most) && most > 0 && per >= 1 && per <= MAX_PER_SECONDS)) {
      throw new TypeError(
        `${name}: a rate is a whole number of requests, at least 1, in 1 second to 20 days`,
      )
    }
  }
  return { run: runs, request: requests }
}

const MAX_PER_SECONDS = 20 * 24 * 3600

/**
 * The part of the library's limiters that this uses. It rejects with a `RateLimiterRes` when there
 * are too many requests.
 */
export interface Limiter {
  consume(key: string): Promise<unknown>
}

/**
 * Counts one request.
 *
 * @throws Error of the limiter's when it could not count.
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
