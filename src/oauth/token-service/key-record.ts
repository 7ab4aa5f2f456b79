// The record of the signing keys, as the secret store keeps it: the private keys sealed, and beside
// them which one signs.

import type { webcrypto } from 'node:crypto'
import { Credential } from '../../core/credential.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { DEPLOYMENT, type SecretKey, type SecretRecord } from '../../core/vault/secret-store.ts'

/** A key pair, as it is kept. */
export interface KeptKey {
  readonly kid: string
  readonly jwk: webcrypto.JsonWebKey
}

/** A key that signs no more. Its tokens may still be about. */
export interface RetiredKey extends KeptKey {
  /** Seconds since the epoch, until when it is published. */
  readonly until: number
}

/** The keys. Times are in seconds since the epoch. */
export interface KeptKeys {
  readonly version: number
  readonly current: KeptKey
  readonly currentSince: number
  /** It is published before it signs, so that nobody meets a key that they do not know. */
  readonly next: KeptKey
  readonly nextSince: number
  /** Public keys alone. */
  readonly retired: readonly RetiredKey[]
}

/** Where the keys of a service are kept. */
export function recordKey(issuer: string): SecretKey {
  return { owner: DEPLOYMENT, resource: issuer, kind: 'signing-keys' }
}

/** Writes the record of the keys. */
export function toRecord(issuer: string, keys: KeptKeys): SecretRecord {
  return {
    ...recordKey(issuer),
    issuer,
    version: keys.version,
    secrets: {
      current: new Credential(JSON.stringify(keys.current)),
      next: new Credential(JSON.stringify(keys.next)),
    },
    facts: {
      currentSince: keys.currentSince,
      nextSince: keys.nextSince,
      retired: keys.retired.map((key) => JSON.stringify(key)),
    },
  }
}

/** Reads a record; undefined for one that this version did not write. */
export function fromRecord({ version, secrets, facts }: SecretRecord): KeptKeys | undefined {
  const current = parseKey(secrets.current?.reveal())
  const next = parseKey(secrets.next?.reveal())
  const { currentSince, nextSince, retired = [] } = facts
  if (!current || !next || typeof currentSince !== 'number' || typeof nextSince !== 'number')
    return undefined
  const old = (Array.isArray(retired) ? retired : []).flatMap((text: string) => {
    const key = parseJson(text)
    const kept = parseKey(text)
    return kept && isObject(key) && typeof key.until === 'number'
      ? [{ ...kept, until: key.until }]
      : []
  })
  return { version, current, currentSince, next, nextSince, retired: old }
}

function parseKey(text: string | undefined): KeptKey | undefined {
  const json = text === undefined ? undefined : parseJson(text)
  return isObject(json) && typeof json.kid === 'string' && isObject(json.jwk)
    ? { kid: json.kid, jwk: json.jwk }
    : undefined
}

/** The public half of a key. */
export function publicHalf({ kid, jwk: { kty, crv, x, y } }: KeptKey): KeptKey {
  return {
    kid,
    jwk: {
      ...(kty === undefined ? {} : { kty }),
      ...(crv === undefined ? {} : { crv }),
      ...(x === undefined ? {} : { x }),
      ...(y === undefined ? {} : { y }),
    },
  }
}
