// Tokens and proofs at the edge of each rule: exactly as long as allowed, of almost the right type,
// with bytes that are no text.

import { hash } from 'node:crypto'
import { CompactSign } from 'jose'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { dpopProofs, jwtVerifier } from '../../src/jwt/index.ts'
import { deferred } from '../core/parts.ts'
import {
  clock,
  fakeIssuer,
  goodClaims,
  ISSUER,
  mint,
  RESOURCE,
  START,
  signingKey,
} from './issuer.ts'

const key = await signingKey('k'.repeat(256))
const other = await signingKey('key-2')
const TOKEN = 'a.bound.token'
const PRESENTED = { method: 'POST', url: RESOURCE, credential: new Credential(TOKEN) }
const now = () => START * 1000

async function reasonFor(token: Credential, typed = true): Promise<string> {
  const { fetch } = fakeIssuer([key])
  const verifier = jwtVerifier({
    issuer: ISSUER,
    fetch,
    now,
    insecurelyAcceptUntypedTokens: !typed,
  })
  const result = await verifier.verify(token, RESOURCE)
  return result.ok ? 'granted' : result.refusal.reason
}

/** Signs bytes, whatever they are. */
async function signed(payload: Uint8Array, header: Record<string, unknown>): Promise<string> {
  return new CompactSign(payload)
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(key.privateKey)
}

const { kid: _, alg: __, use: ___, ...jwk } = key.publicJwk

function prove(payload: Uint8Array | object): Promise<string> {
  const bytes =
    payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload))
  return signed(bytes, { typ: 'dpop+jwt', jwk })
}

const proofClaims = {
  jti: 'proof-1',
  htm: 'POST',
  htu: RESOURCE,
  iat: START,
  ath: hash('sha256', TOKEN, 'base64url'),
}

async function proofReason(proof: string): Promise<string> {
  const result = await dpopProofs({ now }).verify(proof, PRESENTED)
  if (!result.ok) return result.refusal.reason
  return result.value.use() ? 'granted' : 'replayed'
}

/** Makes a text of exactly so many characters, by padding that `make` puts in. */
async function ofLength(
  chars: number,
  make: (pad: string, more: string) => Promise<string>,
): Promise<string> {
  for (const more of ['', 'x', 'xx', 'xxx'])
    for (let pad = Math.floor((chars * 3) / 4); pad > 0; pad--) {
      const text = await make('x'.repeat(pad), more)
      if (text.length === chars) return text
      // Base64 grows by a third, so the next candidates are close.
      if (text.length > chars + 8) pad -= Math.floor(((text.length - chars - 8) * 3) / 4)
      if (text.length < chars - 8) break
    }
  return expect.unreachable('some padding gives this length')
}

describe('a token', () => {
  it('a token with a key id of 256 characters is taken, and one with more is refused', async () => {
    expect(await reasonFor(await mint(key))).toBe('granted')
    expect(await reasonFor(await mint(key, goodClaims(), { kid: 'k'.repeat(257) }))).toBe(
      'token_malformed',
    )
  })

  it('a token of 16,384 characters is taken, and a longer one is refused', async () => {
    const token = (chars: number) =>
      ofLength(chars, async (pad, more) =>
        (await mint(key, goodClaims({ pad }), { more })).reveal(),
      )
    expect(await reasonFor(new Credential(await token(16_384)))).toBe('granted')
    expect(await reasonFor(new Credential(await token(16_386)))).toBe('token_malformed')
  })

  it.each(['at+application/jwt', 'xapplication/at+jwt', 'at+jwt+application/'])(
    'a token of the type %s is refused',
    async (typ) => {
      expect(await reasonFor(await mint(key, goodClaims(), { typ }))).toBe('type_refused')
    },
  )

  it('a token whose claims are no UTF-8 is refused', async () => {
    const claims = JSON.stringify(goodClaims({ name: '@' }))
    const bytes = Buffer.from(claims)
    bytes[claims.indexOf('@')] = 0xff
    const token = await signed(bytes, { typ: 'at+jwt', kid: key.kid })
    expect(await reasonFor(new Credential(token))).toBe('token_malformed')
  })

  it('a token whose signature is no base64 is malformed', async () => {
    const [head, claims] = (await mint(key)).reveal().split('.')
    expect(await reasonFor(new Credential(`${head}.${claims}.A`))).toBe('token_malformed')
  })
})

describe('a proof', () => {
  it('a proof with an id of 256 characters is taken, and one with more is refused', async () => {
    const withId = (chars: number) => prove({ ...proofClaims, jti: 'j'.repeat(chars) })
    expect(await proofReason(await withId(256))).toBe('granted')
    expect(await proofReason(await withId(257))).toBe('proof_invalid')
  })

  it('a proof of 4,096 characters is taken, and a longer one is refused', async () => {
    const proof = (chars: number) =>
      ofLength(chars, (pad, more) =>
        signed(new TextEncoder().encode(JSON.stringify({ ...proofClaims, pad })), {
          typ: 'dpop+jwt',
          jwk,
          more,
        }),
      )
    expect(await proofReason(await proof(4096))).toBe('granted')
    expect(await proofReason(await proof(4098))).toBe('proof_invalid')
  })

  it('a proof may be used for its minute and the tolerance', async () => {
    expect(await proofReason(await prove({ ...proofClaims, iat: START - 89 }))).toBe('granted')
  })

  it.each(['null', '[]', '"text"', '7', 'no json'])(
    'a proof that says %s is refused',
    async (text) => {
      expect(await proofReason(await prove(new TextEncoder().encode(text)))).toBe('proof_invalid')
    },
  )

  it('a proof whose claims are no UTF-8 is refused', async () => {
    const claims = JSON.stringify({ ...proofClaims, name: '@' })
    const bytes = Buffer.from(claims)
    bytes[claims.indexOf('@')] = 0xff
    expect(await proofReason(await prove(bytes))).toBe('proof_invalid')
  })

  it('a proof for a URL with a password alone is refused', async () => {
    const htu = RESOURCE.replace('https://', 'https://:secret@')
    expect(await proofReason(await prove({ ...proofClaims, htu }))).toBe('proof_invalid')
  })
})

describe('the options', () => {
  it.each(['xES256', 'ES256x', 'x EdDSA', 'HS256', 'none', ''])(
    'the options of verifiers and proofs take no algorithm %s, and say which they take',
    (algorithm) => {
      const message = /algorithms must name asymmetric signature algorithms only/
      expect(() => jwtVerifier({ issuer: ISSUER, algorithms: [algorithm] })).toThrow(message)
      expect(() => dpopProofs({ algorithms: [algorithm] })).toThrow(message)
    },
  )

  it('the options of a verifier name the endpoint that is none', () => {
    expect(() => jwtVerifier({ issuer: ISSUER, jwksUri: 'http://keys.example' })).toThrow(/jwksUri/)
  })
})

describe('asking for the keys', () => {
  it('asking for the keys says that JSON is wanted', async () => {
    const { fetch, inits } = fakeIssuer([key])
    await jwtVerifier({ issuer: ISSUER, fetch, now }).verify(await mint(key), RESOURCE)
    expect(inits.map(({ headers }) => new Headers(headers).get('accept'))).toEqual([
      'application/json',
      'application/json',
    ])
  })

  it('asking for the keys again ends for a reader who gives up', async () => {
    const time = clock()
    const issuer = fakeIssuer([key])
    const verifier = jwtVerifier({
      issuer: ISSUER,
      fetch: issuer.fetch,
      now: time.now,
      cache: false,
    })
    await verifier.verify(await mint(key), RESOURCE)
    time.advance(31)
    const never = deferred<Response>()
    issuer.answer = () => never.promise
    const gone = new AbortController()
    const asked = verifier.verify(await mint(other), RESOURCE, { signal: gone.signal })
    gone.abort()
    expect(await asked).toEqual({ ok: false, refusal: { reason: 'cancelled' } })
    never.resolve(new Response(null, { status: 503 }))
  })
})
