// Finds the key that a token was signed with, among the issuer's published keys (RFC 7517). It
// never uses a key that a token brings along: an attacker would bring their own.

import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose'
import { granted, type Result, refused } from '../core/errors.ts'
import { discoverAuthorizationServer } from '../core/http/authorization-server.ts'
import { fetchJson } from '../core/http/bounded-json.ts'
import { waitFor } from '../core/http/deadline.ts'
import { remoteDocument } from '../core/http/remote-document.ts'
import { endpointOf } from '../core/http/server-metadata.ts'
import type { AllowsHttp } from '../core/plain-http.ts'
import { differs } from '../core/verify/verify.ts'
import { isWeakKey } from './weak-keys.ts'

/** Options of {@link issuerKeys}. */
export interface IssuerKeysOptions {
  readonly issuer: string
  readonly jwksUri?: string | undefined
  /** Whether the issuer may have plain http. Default: on loopback addresses only. */
  readonly allowsHttp?: AllowsHttp
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Unknown ids of keys make one request in so long, after a few that they make at once. */
  readonly cooldownSeconds: number
  readonly freshSeconds: number
  /** How long older keys serve while the issuer is down. */
  readonly staleSeconds: number
  /** For one request to the issuer. */
  readonly deadlineMs: number
}

/** The parts of a token's header that choose the key. */
export interface KeyHint {
  readonly alg: string
  readonly kid?: string | undefined
}

/**
 * Finds the key for a header; `key_unknown` when the issuer has none, or when several fit and the
 * header does not say which.
 */
export type KeyFinder = (
  hint: KeyHint,
  signal: AbortSignal | undefined,
) => Promise<Result<CryptoKey>>

/**
 * Requests that unknown ids may make at once, when none was made for some time. With only one, a
 * forged token could use it up and hide a new key from everybody for a whole cool-down.
 */
const ASKS_AT_ONCE = 3

/**
 * Makes a finder. Keys rotate, so an id that is not among the keys makes it ask the issuer again:
 * a few times at once, and then once in each cool-down.
 */
export function issuerKeys(options: IssuerKeysOptions): KeyFinder {
  const { issuer, jwksUri, fetch, now, deadlineMs: deadline } = options
  const metadata = discoverAuthorizationServer({
    issuer,
    fetch,
    now,
    deadline,
    ...(options.allowsHttp ? { allowsHttp: options.allowsHttp } : {}),
  })
  const keys = remoteDocument({
    load,
    now,
    freshSeconds: options.freshSeconds,
    staleSeconds: options.staleSeconds,
    // The allowance below is the bound.
    cooldownSeconds: 0,
  })

  async function publishedPlace(): Promise<Result<string>> {
    const server = await metadata.current()
    return server.ok ? endpointOf(server.value, 'jwks_uri', 'jwksUri') : server
  }

  const mayAsk = allowance(ASKS_AT_ONCE, options.cooldownSeconds, now)
  let renewing: Promise<Result<LocalJWKSet>> | undefined

  /** Asks again; undefined when there were enough requests. */
  function renew(signal: AbortSignal | undefined): Promise<Result<LocalJWKSet>> | undefined {
    if (!renewing && !mayAsk()) return undefined
    renewing ??= keys.again().finally(() => {
      renewing = undefined
    })
    return waitFor(renewing, signal)
  }

  async function load(): Promise<Result<LocalJWKSet>> {
    const place = jwksUri === undefined ? await publishedPlace() : granted(jwksUri)
    if (!place.ok) return place
    const answer = await fetchJson(
      place.value,
      { headers: { accept: 'application/json' } },
      { fetch, deadline },
    )
    if (!answer.ok) return answer
    return answer.value.status === 200
      ? parseKeySet(answer.value.json)
      : refused('issuer_unavailable')
  }

  return async (hint, signal) => {
    const known = await keys.current({ signal })
    if (!known.ok) return known
    const key = await find(known.value, hint)
    if (key) return granted(key)
    const renewed = await renew(signal)
    if (renewed && !renewed.ok) return renewed
    const second =
      renewed && renewed.value !== known.value ? await find(renewed.value, hint) : undefined
    return second ? granted(second) : unknownKey(hint)
  }
}

/** Which key the token names, for the operator: its id is public. */
function unknownKey({ alg, kid }: KeyHint): Result<CryptoKey> {
  return differs('key_unknown', ['a key of the issuer'], `alg ${alg}, kid ${kid ?? 'none'}`)
}

/**
 * Counts requests: a number of them at once, and one more for each interval that passes. After the
 * clock was set back, it counts from there.
 */
function allowance(atOnce: number, intervalSeconds: number, now: () => number): () => boolean {
  let left = atOnce
  let since = now() / 1000
  return () => {
    const seconds = now() / 1000
    const earned = intervalSeconds > 0 ? Math.floor((seconds - since) / intervalSeconds) : atOnce
    if (earned < 0 || left + earned >= atOnce) {
      left = earned < 0 ? left : atOnce
      since = seconds
    } else {
      left += earned
      since += earned * intervalSeconds
    }
    if (left === 0) return false
    left--
    return true
  }
}

/**
 * Jose refuses what is no set of keys. It ignores a single unusable key in the set. Weak keys, with
 * which anybody can sign, are left out here.
 */
function parseKeySet(json: unknown): Result<LocalJWKSet> {
  try {
    const { keys, ...rest } = json as JSONWebKeySet
    const strong = keys.filter((key) => !isWeakKey(key))
    return granted(createLocalJWKSet({ ...rest, keys: strong }))
  } catch {
    return refused('issuer_unavailable')
  }
}

/**
 * Jose gets the algorithm and the id only, so that a header's `jwk`, `jku` and `x5c` have no
 * effect. Symmetric keys never match.
 */
async function find(keys: LocalJWKSet, { alg, kid }: KeyHint): Promise<CryptoKey | undefined> {
  try {
    return await keys({ alg, ...(kid === undefined ? {} : { kid }) })
  } catch {
    return undefined
  }
}
