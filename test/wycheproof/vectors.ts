// Reads the vectors of Project Wycheproof, as they were published. It has no tests.

import { readFileSync } from 'node:fs'
import type { JWK } from 'jose'

/** The sets that have tokens. */
export type JoseSet =
  | 'json_web_signature'
  | 'json_web_key'
  | 'json_web_crypto'
  | 'json_web_encryption'

/** One token, with the keys to judge it by. */
export interface JoseVector {
  readonly id: number
  readonly comment: string
  readonly group: string
  readonly isValid: boolean
  readonly isEncrypted: boolean
  readonly token: string
  /** What an issuer publishes. */
  readonly publicKeys: readonly JWK[]
  /** What the issuer signs with. */
  readonly privateKeys: readonly JWK[]
}

/** One box of AES-GCM. All bytes are in hex. */
export interface GcmVector {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid'
  readonly flags: readonly string[]
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly msg: string
  readonly ct: string
  readonly tag: string
}

/** A key, or a set of keys. */
type Published = (JWK & { readonly keys?: never }) | { readonly keys: readonly JWK[] }

interface Group<T> {
  readonly comment: string
  readonly private: Published
  readonly public?: Published
  readonly tests: readonly T[]
}

interface JoseTest {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid'
  /** An object where the token has the form of JSON. */
  readonly jws?: string | object
  readonly jwe?: string | object
}

/** The tokens of a set. */
export function joseVectors(set: JoseSet): readonly JoseVector[] {
  return read<Group<JoseTest>>(set).flatMap((group) =>
    group.tests.map((test) => {
      const token = test.jws ?? test.jwe ?? ''
      return {
        id: test.tcId,
        comment: test.comment,
        group: group.comment,
        isValid: test.result === 'valid',
        isEncrypted: test.jwe !== undefined,
        token: typeof token === 'string' ? token : JSON.stringify(token),
        publicKeys: keysOf(group.public ?? group.private),
        privateKeys: keysOf(group.private),
      }
    }),
  )
}

/** The boxes. */
export function gcmVectors(): readonly GcmVector[] {
  return read<{ readonly tests: readonly GcmVector[] }>('aes_gcm').flatMap(({ tests }) => tests)
}

function keysOf(published: Published): readonly JWK[] {
  return published.keys ?? [published]
}

function read<G>(set: string): readonly G[] {
  const file = new URL(`vectors/${set}_test.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly testGroups: readonly G[] })
    .testGroups
}
