// Finds the key that a token was signed with, among the issuer's published keys (RFC 7517). It
// never uses a key that a token brings along: an attacker would bring their own.

import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose'
import { granted, type Result, refused } from '../core/errors.ts'
import { discoverAuthorizationServer } from '../core/http/authorization-server.ts'
import { fetchJson } from '../core/http/bounded-json.ts'
import { remoteDocument } from '../core/http/remote-document.ts'
import { endpointOf } from '../core/http/server-metadata.ts'
import type { AllowsHttp } from '../core/plain-http.ts'
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
  /** After a request for the keys, an unknown `kid` makes no other for so long. */
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
 * Makes a finder. Keys rotate, so an id that is not among the keys makes it ask the issuer again,
 * once in the cool-down.
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
    cooldownSeconds: options.cooldownSeconds,
  })

  async function publishedPlace(): Promise<Result<string>> {
    const server = await metadata.current()
    return server.ok ? endpointOf(server.value, 'jwks_uri', 'jwksUri') : server
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
    const renewed = await keys.again({ signal })
    if (!renewed.ok) return renewed
    const second = renewed.value === known.value ? undefined : await find(renewed.value, hint)
    return second ? granted(second) : refused('key_unknown')
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
