// A document that an issuer publishes (metadata, keys): kept while fresh, served stale within a bound while the issuer is down.

import { granted, type Result, refused } from '../errors.ts'
import { waitFor } from './deadline.ts'

/** The document, as its readers see it. */
export interface RemoteDocument<T> {
  /** The document, asked for when there is no fresh one. */
  current(options?: { readonly signal?: AbortSignal | undefined }): Promise<Result<T>>
  /** The document asked for again although it is fresh, for a reader who misses something in it; once in the cool-down at most. */
  again(options?: { readonly signal?: AbortSignal | undefined }): Promise<Result<T>>
}

/** Options of {@link remoteDocument}. Durations are in seconds. */
export interface RemoteDocumentOptions<T> {
  /** Asks for the document once; has its own deadline. */
  readonly load: () => Promise<Result<T>>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** How long a document is fresh. */
  readonly fresh: number
  /** How long an old document serves when a new one cannot be had, from the moment that it was no longer fresh. */
  readonly stale: number
  /** How long after one request {@link RemoteDocument.again} makes no other. */
  readonly cooldown: number
}

/** Seconds before a failed request is repeated, so that an issuer which is down is not asked by every caller. */
const RETRY_AFTER = 1

/** Makes a document. Concurrent readers share one request. */
export function remoteDocument<T>(options: RemoteDocumentOptions<T>): RemoteDocument<T> {
  const { load, now, fresh, stale, cooldown } = options
  let last: { readonly value: T; readonly at: number } | undefined
  let asked: { readonly at: number; readonly ok: boolean } | undefined
  let flight: Promise<Result<T>> | undefined

  /** Whether a moment lies in the given number of seconds before now. A clock that was set back counts as "no". */
  function within(at: number | undefined, seconds: number): boolean {
    if (at === undefined) return false
    const age = now() / 1000 - at
    return age >= 0 && age < seconds
  }

  async function ask(): Promise<Result<T>> {
    const at = now() / 1000
    let result: Result<T>
    try {
      result = await load()
    } catch {
      result = refused('issuer_unavailable')
    }
    asked = { at: now() / 1000, ok: result.ok }
    if (result.ok) last = { value: result.value, at }
    return result
  }

  function reload(): Promise<Result<T>> {
    flight ??= ask().finally(() => {
      flight = undefined
    })
    return flight
  }

  /** What is left when a request failed. */
  function fallback(): Result<T> {
    return last && within(last.at, fresh + stale)
      ? granted(last.value)
      : refused('issuer_unavailable')
  }

  async function wait(signal: AbortSignal | undefined): Promise<Result<T>> {
    const result = await waitFor(reload(), signal)
    return result.ok || result.refusal.reason === 'cancelled' ? result : fallback()
  }

  return {
    async current({ signal } = {}): Promise<Result<T>> {
      if (last && within(last.at, fresh)) return granted(last.value)
      if (!asked || asked.ok) return wait(signal)
      // The issuer did not answer the last time. Its next chance must not make everybody wait for a deadline, if there is an old document.
      const left = fallback()
      const soon = within(asked.at, RETRY_AFTER)
      if (left.ok && !soon) void reload()
      return left.ok || (soon && !flight) ? left : wait(signal)
    },
    async again({ signal } = {}): Promise<Result<T>> {
      return !flight && within(asked?.at, cooldown) ? fallback() : wait(signal)
    },
  }
}
