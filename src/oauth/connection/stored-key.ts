// The keys that tokens of connected accounts are bound to (RFC 9449). Such tokens outlive the
// process, so their key is kept with them, sealed as they are.

import { Credential } from '../../core/credential.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { putNewest } from '../../core/put-newest.ts'
import { type DpopKey, proofsWith } from '../dpop.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** A new key, as it is stored. */
export async function newStoredKey(): Promise<Credential> {
  const { privateKey } = await crypto.subtle.generateKey(ALGORITHM, true, ['sign'])
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', privateKey)
  return new Credential(JSON.stringify({ kty, crv, x, y, d }))
}

/** The thumbprint of a key (RFC 7638): `dpop_jkt` (RFC 9449 section 10). */
export async function thumbprintOf(stored: Credential): Promise<string> {
  const { x, y } = parseStoredKey(stored)
  const canonical = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y })
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical))
  return Buffer.from(digest).toString('base64url')
}

/** Gives the key of an account. */
export type StoredKeys = (stored: Credential) => Promise<DpopKey>

/** How many keys are remembered, with the nonces that servers gave for them. */
const MAX_KEYS = 1000

/** Makes the memory of keys. A store gives a new object each time, and a key knows its nonces. */
export function storedKeys(now: () => number): StoredKeys {
  const known = new Map<string, Promise<DpopKey>>()
  return async (stored) => {
    const id = await thumbprintOf(stored)
    const key = known.get(id) ?? open(stored, now)
    putNewest(known, id, key, MAX_KEYS)
    return key
  }
}

/** From here on the private part cannot be read any more. */
async function open(stored: Credential, now: () => number): Promise<DpopKey> {
  const { x, y, d } = parseStoredKey(stored)
  const publicJwk = { kty: 'EC', crv: 'P-256', x, y }
  const privateKey = await crypto.subtle.importKey('jwk', { ...publicJwk, d }, ALGORITHM, false, [
    'sign',
  ])
  return proofsWith(privateKey, publicJwk, now)
}

function parseStoredKey(stored: Credential): {
  readonly x: string
  readonly y: string
  readonly d: string
} {
  const jwk = parseJson(stored.reveal())
  if (!isObject(jwk)) throw new TypeError('A stored key is no JWK')
  const { x, y, d } = jwk
  if (typeof x !== 'string' || typeof y !== 'string' || typeof d !== 'string')
    throw new TypeError('A stored key is no JWK')
  return { x, y, d }
}
