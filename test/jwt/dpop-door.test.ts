// A door that takes tokens bound to a key: real tokens, real proofs, and every way to use the one
// without the other.

import { hash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Credential } from '../../src/core/credential.ts'
import { createDoor, type DoorOptions } from '../../src/core/door/door.ts'
import { granted } from '../../src/core/errors.ts'
import type { TokenVerifier } from '../../src/core/verify/verify.ts'
import { dpopProofs, jwtVerifier } from '../../src/jwt/index.ts'
import { readableAudit } from '../core/parts.ts'
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

const issuerKey = await signingKey('key-1')
const owner = await clientKey()
const thief = await clientKey()

async function clientKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  let count = 0
  return {
    thumbprint: await calculateJwkThumbprint(jwk),
    proof: (token: Credential, claims: Record<string, unknown> = {}) =>
      new SignJWT({
        jti: `proof-${count++}`,
        htm: 'POST',
        htu: RESOURCE,
        iat: START,
        ath: hash('sha256', token.reveal(), 'base64url'),
        ...claims,
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .sign(privateKey),
  }
}

const bound = (confirmation: unknown = { jkt: owner.thumbprint }) =>
  mint(issuerKey, goodClaims({ cnf: confirmation }))
const plain = () => mint(issuerKey)

function house(options: Partial<DoorOptions> = {}, cache: false | undefined = undefined) {
  const time = clock()
  const audit = readableAudit()
  const verifier = jwtVerifier({
    issuer: ISSUER,
    fetch: fakeIssuer([issuerKey]).fetch,
    now: time.now,
    ...(cache === false ? { cache } : {}),
  })
  const proofs = dpopProofs({ now: time.now })
  const door = createDoor({
    resource: RESOURCE,
    verifier,
    auditor: audit.auditor,
    proofs,
    ...options,
  })
  async function send(headers: Record<string, string>, method = 'POST', url = RESOURCE) {
    const admission = await door.admit(new Request(url, { method, headers }))
    return admission.ok ? 'admitted' : admission.refusal.reason
  }
  return { time, door, send, events: audit.events }
}

const dpop = (token: Credential, proof?: string) => ({
  authorization: `DPoP ${token.reveal()}`,
  ...(proof === undefined ? {} : { dpop: proof }),
})
const bearer = (token: Credential) => ({ authorization: `Bearer ${token.reveal()}` })

describe('a token that is bound to a key', () => {
  it('a token that is bound to a key is admitted with a proof of that key, and the principal’s token says so', async () => {
    const { door, events } = house()
    const token = await bound()
    const admission = await door.admit(
      new Request(RESOURCE, { method: 'POST', headers: dpop(token, await owner.proof(token)) }),
    )
    expect(admission).toMatchObject({
      ok: true,
      value: { token: { boundTo: owner.thumbprint }, principal: { subject: 'alice' } },
    })
    expect(events).toMatchObject([{ outcome: 'allowed', subject: 'alice' }])
  })

  it('a token that is bound to a key is admitted behind a proxy, where the request is for another origin than the caller sent it to', async () => {
    const { send } = house()
    const token = await bound()
    expect(
      await send(dpop(token, await owner.proof(token)), 'POST', 'http://10.0.0.7:8080/mcp?a=b'),
    ).toBe('admitted')
  })

  it.each<[string, (token: Credential) => Promise<Record<string, string>>, string]>([
    ['as a bearer token', async (token) => bearer(token), 'claim_invalid'],
    [
      'as a bearer token with a proof',
      async (token) => ({ ...dpop(token, await owner.proof(token)), ...bearer(token) }),
      'claim_invalid',
    ],
    ['without a proof', async (token) => dpop(token), 'proof_missing'],
    ['with an empty proof', async (token) => dpop(token, ''), 'proof_invalid'],
    [
      'with the proof of another key',
      async (token) => dpop(token, await thief.proof(token)),
      'claim_invalid',
    ],
    [
      'with a proof for another token',
      async (token) => dpop(token, await owner.proof(await plain())),
      'proof_invalid',
    ],
    [
      'with a proof for another method',
      async (token) => dpop(token, await owner.proof(token, { htm: 'GET' })),
      'proof_invalid',
    ],
    [
      'with a proof for another server',
      async (token) => dpop(token, await owner.proof(token, { htu: 'https://evil.example/mcp' })),
      'proof_invalid',
    ],
    [
      'with a proof for the host that the request names',
      async (token) => dpop(token, await owner.proof(token, { htu: 'https://other.example/mcp' })),
      'proof_invalid',
    ],
    [
      'with an old proof',
      async (token) => dpop(token, await owner.proof(token, { iat: START - 90 })),
      'proof_invalid',
    ],
    [
      'twice in one header',
      async (token) => ({ authorization: `DPoP ${token.reveal()}, DPoP ${token.reveal()}` }),
      'credential_repeated',
    ],
  ])('a token that is bound to a key is refused %s', async (_, headers, reason) => {
    const { send } = house()
    expect(await send(await headers(await bound()), 'POST', 'https://other.example/mcp')).toBe(
      reason,
    )
  })

  it.each<[string, unknown]>([
    ['to a certificate', { 'x5t#S256': owner.thumbprint }],
    ['to a certificate as well', { jkt: owner.thumbprint, 'x5t#S256': 'x' }],
    ['to nothing', {}],
    ['to a text', owner.thumbprint],
    ['to null', null],
    ['to a list', [owner.thumbprint]],
    ['to a list of keys', { jkt: [owner.thumbprint] }],
  ])('a token that is bound to a key is refused when it is bound %s', async (_, confirmation) => {
    const { send } = house()
    const token = await bound(confirmation)
    expect(await send(dpop(token, await owner.proof(token)))).toBe('claim_invalid')
    expect(await send(bearer(token))).toBe('claim_invalid')
  })

  it('a token that is bound to a key is refused with a proof that was used, also where tokens are remembered, and the audit names whose it is', async () => {
    const { send, events } = house()
    const token = await bound()
    const proof = await owner.proof(token)
    expect([await send(dpop(token, proof)), await send(dpop(token, proof))]).toEqual([
      'admitted',
      'proof_replayed',
    ])
    expect(events.at(-1)).toMatchObject({
      outcome: 'refused',
      reason: 'proof_replayed',
      subject: 'alice',
    })
  })

  it('a token that is bound to a key is refused as a bearer token after it was admitted with a proof, and with another key', async () => {
    const { send } = house()
    const token = await bound()
    expect(await send(dpop(token, await owner.proof(token)))).toBe('admitted')
    expect(await send(bearer(token))).toBe('claim_invalid')
    expect(await send(dpop(token, await thief.proof(token)))).toBe('claim_invalid')
    expect(await send(dpop(token, await owner.proof(token)))).toBe('admitted')
  })

  it('a token that is bound to a key does not use a proof up when the token is refused', async () => {
    const { send } = house()
    const expired = await mint(
      issuerKey,
      goodClaims({ cnf: { jkt: owner.thumbprint }, exp: START - 60 }),
    )
    const proof = await owner.proof(expired)
    expect([await send(dpop(expired, proof)), await send(dpop(expired, proof))]).toEqual([
      'token_expired',
      'token_expired',
    ])
  })

  it('a token that is bound to a key is refused by a door that takes no proofs', async () => {
    const { door } = house()
    const closed = createDoor({
      resource: RESOURCE,
      verifier: jwtVerifier({
        issuer: ISSUER,
        fetch: fakeIssuer([issuerKey]).fetch,
        now: clock().now,
      }),
      auditor: readableAudit().auditor,
    })
    const token = await bound()
    const request = (headers: Record<string, string>) =>
      new Request(RESOURCE, { method: 'POST', headers })
    expect(door.resource).toBe(closed.resource)
    expect(await closed.admit(request(dpop(token, await owner.proof(token))))).toMatchObject({
      refusal: { reason: 'credential_missing' },
    })
    expect(await closed.admit(request(bearer(token)))).toMatchObject({
      refusal: { reason: 'claim_invalid' },
    })
  })
})

describe('a token that is not bound', () => {
  it('a token that is not bound is admitted as a bearer token by the same door, after a bound one of the same person too', async () => {
    const { send } = house()
    expect(await send(bearer(await plain()))).toBe('admitted')
  })

  it('a token that is not bound is refused with a proof, which anybody could make', async () => {
    const { send } = house()
    const token = await plain()
    expect(await send(bearer(token))).toBe('admitted')
    expect(await send(dpop(token, await thief.proof(token)))).toBe('claim_invalid')
  })
})

describe('a verifier that does not look at the binding', () => {
  const careless: TokenVerifier = {
    verify: async () =>
      granted({
        principal: { issuer: ISSUER, subject: 'alice' },
        audience: [RESOURCE],
        scopes: [],
        expiresAt: START + 9,
        claims: {},
      }),
  }

  it('a verifier that does not look at the binding does not make a stolen token good with a proof of the thief’s', async () => {
    const { send } = house({ verifier: careless })
    const token = await bound()
    expect(await send(dpop(token, await thief.proof(token)))).toBe('claim_invalid')
  })
})

describe('a verifier of proofs that throws', () => {
  it('a verifier of proofs that throws has verified nothing', async () => {
    const { send } = house({
      proofs: { algorithms: ['ES256'], verify: () => Promise.reject(new Error('canary')) },
    })
    const token = await bound()
    expect(await send(dpop(token, await owner.proof(token)))).toBe('proof_invalid')
  })
})

describe('the challenge', () => {
  async function challengeFor(headers: Record<string, string>) {
    const { door } = house({ scopes: ['tasks:read'] })
    const admission = await door.admit(new Request(RESOURCE, { method: 'POST', headers }))
    if (admission.ok) throw new Error('admitted')
    return {
      status: admission.response.status,
      value: admission.response.headers.get('www-authenticate'),
    }
  }
  const link = 'resource_metadata="https://tasks.example/.well-known/oauth-protected-resource/mcp"'
  const algs = 'algs="ES256 Ed25519 EdDSA"'

  it('the challenge offers both schemes to a caller without a token', async () => {
    expect(await challengeFor({})).toEqual({
      status: 401,
      value: `Bearer scope="tasks:read", ${link}, DPoP scope="tasks:read", ${link}, ${algs}`,
    })
  })

  it('the challenge says invalid_dpop_proof, of the one scheme only, and the same for every proof that does not hold', async () => {
    const token = await bound()
    const answers = await Promise.all(
      [dpop(token), dpop(token, 'x'), dpop(token, await owner.proof(token, { htm: 'GET' }))].map(
        challengeFor,
      ),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.status).toBe(401)
    expect(answers[0]?.value).toMatch(
      /^Bearer scope="tasks:read", [^,]*, DPoP error="invalid_dpop_proof", /,
    )
  })

  it('the challenge says invalid_token of both schemes', async () => {
    const { value } = await challengeFor(bearer(await bound()))
    expect(value?.match(/error="invalid_token"/g)).toHaveLength(2)
  })
})
