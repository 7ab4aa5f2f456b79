// The issuer's published keys (RFC 7517), and the one that a token was signed with. Keys that a token brings along do not exist here.

import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose'
import { granted, type Result, refused } from '../core/errors.ts'
import { discoverAuthorizationServer } from '../core/http/authorization-server.ts'
import { fetchJson } from '../core/http/bounded-json.ts'
import { remoteDocument } from '../core/http/remote-document.ts'

/** Options of {@link issuerKeys}. Durations are in seconds, `deadline` in milliseconds. */
export interface IssuerKeysOptions {
  readonly issuer: string
  readonly jwksUri?: string | undefined
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly cooldown: number
  readonly maxAge: number
  readonly staleFor: number
  readonly deadline: number
}

/** What of a token's header chooses the key. */
export interface KeyHint {
  readonly alg: string
  readonly kid?: string | undefined
}

/** Finds the key for a header: `key_unknown` when the issuer has none, or when several fit and the header does not say which. */
export type KeyFinder = (
  hint: KeyHint,
  signal: AbortSignal | undefined,
) => Promise<Result<CryptoKey>>

/** Makes a finder. An id that is not among the keys makes it ask the issuer again, once in the cool-down, for keys rotate. */
export function issuerKeys(options: IssuerKeysOptions): KeyFinder {
  const { issuer, jwksUri, fetch, now, deadline } = options
  const metadata = discoverAuthorizationServer({ issuer, fetch, now, deadline })
  const keys = remoteDocument({
    load,
    now,
    fresh: options.maxAge,
    stale: options.staleFor,
    cooldown: options.cooldown,
  })

  async function load(): Promise<Result<LocalJWKSet>> {
    const server = jwksUri === undefined ? await metadata.current() : granted({ jwksUri })
    if (!server.ok) return server
    if (server.value.jwksUri === undefined) return refused('issuer_unavailable')
    const answer = await fetchJson(
      server.value.jwksUri,
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

/** Jose refuses anything that is not a set of keys; a single unusable key in it is passed over. */
function parseKeySet(json: unknown): Result<LocalJWKSet> {
  try {
    return granted(createLocalJWKSet(json as JSONWebKeySet))
  } catch {
    return refused('issuer_unavailable')
  }
}

/** Only the algorithm and the id are handed over, so that `jwk`, `jku` and `x5c` cannot matter. Symmetric keys never match. */
async function find(keys: LocalJWKSet, { alg, kid }: KeyHint): Promise<CryptoKey | undefined> {
  try {
    return await keys({ alg, ...(kid === undefined ? {} : { kid }) })
  } catch {
    return undefined
  }
}
