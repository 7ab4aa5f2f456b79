// How often one person may ask: the port, and a limit in this process's memory.

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** What is counted: every request, and those that begin a run. */
export type RateKind = 'run' | 'request'

/** Whether one more is allowed; if not, whole seconds after which it may be. */
export type RateTaken = { readonly ok: true } | { readonly ok: false; readonly retryAfter: number }

/** The port. */
export interface RateLimit {
  /** Counts one for an owner (`principalKey`). */
  take(owner: string, kind: RateKind): Promise<RateTaken>
}

/** So many in a time. */
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

/** A limit that this process keeps. Several instances allow as many times as much. */
export function memoryRateLimit({ runs = { most: 60, per: 60 }, requests = { most: 600, per: 60 } }: Rates = {}): RateLimit {
  const limiter = ({ most, per }: Rate) => new RateLimiterMemory({ points: most, duration: per })
  const limiters = { run: limiter(runs), request: limiter(requests) }
  return {
    async take(owner, kind): Promise<RateTaken> {
      try {
        await limiters[kind].consume(owner)
        return { ok: true }
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        return { ok: false, retryAfter: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) }
      }
    },
  }
}
