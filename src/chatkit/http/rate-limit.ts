// Limits how often one person may send requests: the port, and a limit in this process's memory.

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
  const counters = { run: counterOf(each.run), request: counterOf(each.request) }
  return { take: async (owner, kind) => counters[kind](owner) }
}

/** Counts requests by owner, each from the first one for as long as the rate says. */
function counterOf(rate: Rate): (owner: string) => RateTaken {
  // The time is the same for everybody, so the first entry is the one that is over first.
  const counted = new Map<string, { count: number; readonly until: number }>()
  return (owner) => {
    const now = Date.now()
    for (const [key, { until }] of counted) {
      if (until > now) break
      counted.delete(key)
    }
    const entry = counted.get(owner) ?? { count: 0, until: now + rate.per * 1000 }
    entry.count += 1
    counted.set(owner, entry)
    return takenOf(entry.count, entry.until - now, rate)
  }
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
    if (!(Number.isSafeInteger(most) && most > 0 && per >= 1 && per <= MAX_PER_SECONDS)) {
      throw new TypeError(
        `${name}: a rate is a whole number of requests, at least 1, in 1 second to 20 days`,
      )
    }
  }
  return { run: runs, request: requests }
}

const MAX_PER_SECONDS = 20 * 24 * 3600

/** What a count means: how many there were, and how many milliseconds are left of the time. */
export function takenOf(count: number, leftMs: number, { most }: Rate): RateTaken {
  return count <= most
    ? { ok: true }
    : { ok: false, retryAfter: Math.max(1, Math.ceil(leftMs / 1000)) }
}
