// The tokens of Project Wycheproof. Few of them have claims, so nearly all are judged where the
// signature is, with the keys as an issuer publishes them.

import { importJWK, type JWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { jwtVerifier } from '../../src/jwt/index.ts'
import { issuerKeys } from '../../src/jwt/key-set.ts'
import { signatureVerifier } from '../../src/jwt/signature.ts'
import { ISSUER, RESOURCE, START } from '../jwt/issuer.ts'
import { type JoseSet, type JoseVector, joseVectors } from './vectors.ts'

/** All that a verifier can be told to accept. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

const now = () => START * 1000

function publishes(keys: readonly JWK[]): typeof globalThis.fetch {
  return async () => Response.json({ keys })
}

/** Why a token's signature is refused; undefined when it is accepted. */
async function judge({ token, publicKeys }: JoseVector): Promise<string | undefined> {
  const verify = signatureVerifier({
    algorithms: ALGORITHMS,
    untyped: true,
    findKey: issuerKeys({
      issuer: ISSUER,
      jwksUri: `${ISSUER}/jwks`,
      fetch: publishes(publicKeys),
      now,
      cooldownSeconds: 30,
      freshSeconds: 600,
      staleSeconds: 3600,
      deadlineMs: 5000,
    }),
  })
  const signed = await verify(token)
  return signed.ok ? undefined : signed.refusal.reason
}

/** Why we refuse a token that the vectors call valid. Undefined: we must accept it. */
function stricter({ token, publicKeys, isEncrypted }: JoseVector): string | undefined {
  if (isEncrypted) return 'it is encrypted, and we have no key to open it'
  if (publicKeys.some(({ kty }) => kty === 'oct')) return 'its key is a shared secret'
  const [head = '', payload] = token.split('.')
  if (payload === '') return 'it has no claims'
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { readonly alg: string }
  return publicKeys.some((key) => key.alg !== undefined && key.alg !== alg)
    ? 'its key is for another algorithm'
    : undefined
}

function nameOf({ id, group, comment }: JoseVector): string {
  return `${id} ${group} ${comment}`
}

function tally(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1
  return counts
}

describe.each<[JoseSet, number, Record<string, number>]>([
  [
    'json_web_signature',
    26,
    {
      'its key is a shared secret': 10,
      'it has no claims': 6,
      'its key is for another algorithm': 4,
    },
  ],
  ['json_web_key', 1, { 'its key is a shared secret': 4 }],
  [
    'json_web_crypto',
    2,
    { 'its key is a shared secret': 2, 'it is encrypted, and we have no key to open it': 2 },
  ],
  ['json_web_encryption', 0, { 'it is encrypted, and we have no key to open it': 65 }],
])('the tokens of %s', (set, acceptable, refusedThoughValid) => {
  it('are accepted when the signature is right, and refused otherwise', async () => {
    const judged = await Promise.all(
      joseVectors(set).map(async (vector) => ({ vector, reason: await judge(vector) })),
    )
    const accepted = judged.filter(({ reason }) => reason === undefined)
    expect(
      accepted.filter(({ vector }) => !vector.isValid).map(({ vector }) => nameOf(vector)),
    ).toEqual([])
    expect(accepted).toHaveLength(acceptable)
    const excuses = judged
      .filter(({ vector, reason }) => vector.isValid && reason !== undefined)
      .map(({ vector, reason }) => stricter(vector) ?? `${nameOf(vector)}: ${reason}`)
    expect(tally(excuses)).toEqual(refusedThoughValid)
  })

  it('are refused by the verifier as a whole, which does not throw', async () => {
    for (const vector of joseVectors(set)) {
      if (vector.token === '') continue
      const verifier = jwtVerifier({
        issuer: ISSUER,
        jwksUri: `${ISSUER}/jwks`,
        algorithms: ALGORITHMS,
        insecurelyAcceptUntypedTokens: true,
        fetch: publishes(vector.publicKeys),
        now,
      })
      const verified = await verifier.verify(new Credential(vector.token), RESOURCE)
      expect(verified.ok, nameOf(vector)).toBe(false)
    }
  })
})

describe('the keys of json_web_signature', () => {
  const pairs = joseVectors('json_web_signature').flatMap(({ publicKeys, privateKeys }) => {
    const [publicKey] = publicKeys
    const [privateKey] = privateKeys
    const alg = privateKey?.alg
    return publicKey && privateKey && alg && ALGORITHMS.includes(alg)
      ? [{ publicKey, privateKey, alg }]
      : []
  })
  const distinct = [...new Map(pairs.map((pair) => [JSON.stringify(pair), pair])).values()]

  it('verify tokens with claims, through the public interface', async () => {
    expect(distinct.length).toBeGreaterThan(5)
    for (const { publicKey, privateKey, alg } of distinct) {
      const verifier = jwtVerifier({
        issuer: ISSUER,
        jwksUri: `${ISSUER}/jwks`,
        algorithms: [alg],
        fetch: publishes([publicKey]),
        now,
      })
      const { key_ops: _, ...signing } = privateKey
      const token = await new SignJWT({
        iss: ISSUER,
        sub: 'alice',
        aud: RESOURCE,
        exp: START + 300,
      })
        .setProtectedHeader({ alg, kid: publicKey.kid ?? '', typ: 'at+jwt' })
        .sign(await importJWK(signing, alg))
      const [head = '', claims = '', signature = ''] = token.split('.')
      const verify = async (text: string) =>
        (await verifier.verify(new Credential(text), RESOURCE)).ok
      expect(await verify(token), alg).toBe(true)
      const flipped = Buffer.from(signature, 'base64url')
      flipped.writeUInt8(flipped.readUInt8(3) ^ 1, 3)
      expect(await verify(`${head}.${claims}.${flipped.toString('base64url')}`), alg).toBe(false)
    }
  })
})
