// A document that an issuer publishes (metadata, keys). It is kept while it is fresh; while the
// issuer is down, an old one serves for a bounded time.

import { granted, type Refusal, type Result, refused } from '../errors.ts'
import { waitFor } from './deadline.ts'

/** The document, as its readers see it. */
export interface RemoteDocument<T> {
  /** Gives the document; asks the issuer when there is no fresh one. */
  current(options?: { readonly signal?: AbortSignal | undefined }): Promise<Result<T>>
  /**
   * Asks the issuer again although the document is fresh, for a reader who misses something in it.
   * Within the cool-down after a request it makes no other, so that unknown key ids in forged
   * tokens cannot make us flood the issuer.
   */
  again(options?: { readonly signal?: AbortSignal | undefined }): Promise<Result<T>>
}

/** Options of {@link remoteDocument}. */
export interface RemoteDocumentOptions<T> {
  /** Asks for the document once. It must have a deadline of its own. */
  readonly load: () => Promise<Result<T>>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** How long a document is fresh, from the moment that it was asked for. */
  readonly freshSeconds: number
  /** How long, after that, an old document serves while no new one comes. */
  readonly staleSeconds: number
  /** How long after a request {@link RemoteDocument.again} makes no other. */
  readonly cooldownSeconds: number
}

/**
 * A failed request is not repeated before, so that not every caller asks an issuer that is down.
 */
const RETRY_AFTER_SECONDS = 1

/**
 * Makes a document. Concurrent readers share one request, and a reader who gives up does not end
 * it.
 *
 * @returns Readers get the document; the reason why the last request gave none, when there is none
 *   or only one that is too old; `cancelled` when the reader's signal fired.
 *
 * @example
 * ```ts
 * const times = { freshSeconds: 600, staleSeconds: 3600, cooldownSeconds: 30 }
 * const keys = remoteDocument({ load, now: Date.now, ...times })
 * const known = await keys.current()
 * ```
 */
export function remoteDocument<T>(options: RemoteDocumentOptions<T>): RemoteDocument<T> {
  const { load, now, freshSeconds, staleSeconds, cooldownSeconds } = options
  let last: { readonly value: T; readonly at: number } | undefined
  let asked: { readonly at: number; readonly refusal: Refusal | undefined } | undefined
  let flight: Promise<Result<T>> | undefined

  /**
   * Whether a moment lies in the given seconds before now. After the clock was set back, it does
   * not.
   */
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
    asked = { at: now() / 1000, refusal: result.ok ? undefined : result.refusal }
    if (result.ok) last = { value: result.value, at }
    return result
  }

  function reload(): Promise<Result<T>> {
    flight ??= ask().finally(() => {
      flight = undefined
    })
    return flight
  }

  /** What a reader gets when a request failed. */
  function fallback(): Result<T> {
    if (last && within(last.at, freshSeconds + staleSeconds)) return granted(last.value)
    // Why there is none, for whoever can change that.
    return asked?.refusal ? { ok: false, refusal: asked.refusal } : refused('issuer_unavailable')
  }

  async function wait(signal: AbortSignal | undefined): Promise<Result<T>> {
    const result = await waitFor(reload(), signal)
    return result.ok || result.refusal.reason === 'cancelled' ? result : fallback()
  }

  return {
    async current({ signal } = {}): Promise<Result<T>> {
      if (last && within(last.at, freshSeconds)) return granted(last.value)
      if (!asked?.refusal) return wait(signal)
      // The issuer did not answer the last time. While there is an old document, nobody waits for
      // the next request, which may take a whole deadline.
      const old = fallback()
      const soon = within(asked.at, RETRY_AFTER_SECONDS)
      if (old.ok && !soon) void reload()
      return old.ok || (soon && !flight) ? old : wait(signal)
    },
    async again({ signal } = {}): Promise<Result<T>> {
      return !flight && within(asked?.at, cooldownSeconds) ? fallback() : wait(signal)
    },
  }
}
