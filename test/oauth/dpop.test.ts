// DPoP, the client's side: the proofs that a key makes, and how the token requests use them. That
// servers accept them is in provider.test.ts.

import { inspect } from 'node:util'
import {
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  EmbeddedJWK,
  jwtVerify,
} from 'jose'
import { describe, expect, it } from 'vitest'
import type { IssuedToken } from '../../src/core/source/exchange.ts'
import {
  clientCredentials,
  clientSecretPost,
  type DpopKey,
  dpopKey,
  identityAssertionExchanger,
  tokenExchanger,
} from '../../src/oauth/index.ts'
import { fakeServer, ISSUER, NOW, type Recorded, secret } from './server.ts'

const now = () => NOW * 1000
const target = { resource: 'https://tasks.example/mcp', scopes: ['tasks:read'] }
const body = { access_token: 'new-token', token_type: 'DPoP', expires_in: 300 }
const registered = {
  issuer: ISSUER,
  clientId: 'agent',
  client: clientSecretPost(secret('s3cr3t')),
}
const issuer = { ...registered, now }

async function read(proof: string) {
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: ['ES256'],
  })
  return {
    payload,
    header: protectedHeader,
    key: await calculateJwkThumbprint(protectedHeader.jwk ?? {}),
  }
}

const proofsOf = (requests: readonly Recorded[]) =>
  requests.map(({ headers }) => decodeJwt(headers.get('dpop') ?? ''))

describe('a proof', () => {
  it('a proof is a JWT as RFC 9449 section 4.2 says, for method and URL without query and fragment', async () => {
    const key = await dpopKey({ now })
    const proof = await key.proof({ method: 'POST', url: 'https://Tasks.example:443/mcp?a=b#c' })
    const { payload, header } = await read(proof)
    expect(header).toEqual({
      typ: 'dpop+jwt',
      alg: 'ES256',
      jwk: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
    })
    expect(payload).toEqual({
      jti: expect.any(String),
      htm: 'POST',
      htu: 'https://tasks.example/mcp',
      iat: NOW,
    })
  })

  it('a proof names the hash of the token that it goes with (the vector of RFC 9449 section 7.1)', async () => {
    const key = await dpopKey({ now })
    const accessToken = secret('Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU')
    const proof = await key.proof({
      method: 'GET',
      url: 'https://resource.example.org/protectedresource',
      accessToken,
    })
    expect(decodeJwt(proof).ath).toBe('fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo')
  })

  it('a proof is good for one request: no two are alike', async () => {
    const key = await dpopKey({ now })
    const proofs = await Promise.all(
      Array.from({ length: 50 }, () => key.proof({ method: 'GET', url: target.resource })),
    )
    expect(new Set(proofs.map((proof) => decodeJwt(proof).jti)).size).toBe(50)
    expect(
      new Set(await Promise.all(proofs.map(async (proof) => (await read(proof)).key))).size,
    ).toBe(1)
  })

  it('a proof is made with another key by another process', async () => {
    const keys = await Promise.all([dpopKey(), dpopKey()])
    const proofs = await Promise.all(
      keys.map((key) => key.proof({ method: 'GET', url: target.resource })),
    )
    expect(
      new Set(await Promise.all(proofs.map(async (proof) => (await read(proof)).key))).size,
    ).toBe(2)
  })

  it('a proof has the nonce that was asked for, also later, and at that origin only', async () => {
    const key = await dpopKey({ now })
    const nonceOf = async (url: string, nonce?: string) =>
      decodeJwt(await key.proof({ method: 'GET', url, ...(nonce === undefined ? {} : { nonce }) }))
        .nonce
    expect(await nonceOf('https://a.example/1')).toBeUndefined()
    expect(await nonceOf('https://a.example/1', 'first')).toBe('first')
    expect(await nonceOf('https://a.example/2')).toBe('first')
    expect(await nonceOf('https://b.example/1')).toBeUndefined()
    expect(await nonceOf('https://a.example/1', 'second')).toBe('second')
    expect(await nonceOf('https://a.example/3')).toBe('second')
  })

  it.each(['', 'a b', 'a"b', 'a\\b', 'naïve', 'a\r\nb', 'x'.repeat(513)])(
    'a proof does not have a nonce that is none: %j',
    async (nonce) => {
      const key = await dpopKey({ now })
      expect(
        decodeJwt(await key.proof({ method: 'GET', url: target.resource, nonce })).nonce,
      ).toBeUndefined()
    },
  )

  it('the nonces of at most 100 origins are remembered', async () => {
    const key = await dpopKey({ now })
    for (let index = 0; index <= 100; index++)
      await key.proof({ method: 'GET', url: `https://s${index}.example/`, nonce: `n${index}` })
    const nonceAt = async (index: number) =>
      decodeJwt(await key.proof({ method: 'GET', url: `https://s${index}.example/` })).nonce
    expect([await nonceAt(0), await nonceAt(1), await nonceAt(100)]).toEqual([
      undefined,
      'n1',
      'n100',
    ])
  })

  it('a proof cannot be made elsewhere: nothing of the key can be taken out', async () => {
    const key = await dpopKey()
    expect(Object.keys(key)).toEqual(['proof'])
    expect(inspect(key, { depth: 9, showHidden: true })).not.toMatch(/CryptoKey|"d"/)
  })
})

describe('a token that is bound to a key', () => {
  async function issue(
    dpop: DpopKey,
  ): Promise<{ readonly token: IssuedToken; readonly requests: readonly Recorded[] }> {
    const server = fakeServer(() => Response.json(body))
    const result = await clientCredentials({ ...issuer, fetch: server.fetch, dpop }).issue(target)
    if (!result.ok) throw new Error(result.refusal.reason)
    return { token: result.value, requests: server.requests }
  }

  it('a token that is bound to a key is asked for with a proof for the token endpoint, without a token hash', async () => {
    const { requests } = await issue(await dpopKey({ now }))
    expect(proofsOf(requests)).toEqual([
      { jti: expect.any(String), htm: 'POST', htu: `${ISSUER}/token`, iat: NOW },
    ])
  })

  it('a token that is bound to a key makes its own proofs, with its hash, by the same key', async () => {
    const key = await dpopKey({ now })
    const { token, requests } = await issue(key)
    const proof = await token.proof?.({ method: 'POST', url: target.resource, nonce: 'n' })
    const { payload, key: thumbprint } = await read(proof ?? '')
    expect(payload).toMatchObject({
      htm: 'POST',
      htu: target.resource,
      nonce: 'n',
      ath: expect.any(String),
    })
    expect(thumbprint).toBe((await read(requests[0]?.headers.get('dpop') ?? '')).key)
  })

  it('a token that is bound to a key is never shown', async () => {
    const { token } = await issue(await dpopKey({ now }))
    expect(inspect(token, { depth: 9, showHidden: true })).not.toContain('new-token')
  })

  const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
  const grants: readonly [
    string,
    (
      fetch: typeof globalThis.fetch,
      dpop: DpopKey | undefined,
    ) => Promise<{ readonly ok: boolean }>,
  ][] = [
    [
      'client credentials',
      (fetch, dpop) => clientCredentials({ ...issuer, fetch, ...(dpop && { dpop }) }).issue(target),
    ],
    [
      'an exchange',
      (fetch, dpop) =>
        tokenExchanger({ ...issuer, fetch, ...(dpop && { dpop }) }).exchange(secret('s'), target),
    ],
    [
      'an identity assertion',
      (fetch, dpop) =>
        identityAssertionExchanger({
          identityProvider: registered,
          authorizationServer: registered,
          subjectTokenType: 'access-token',
          fetch,
          now,
          ...(dpop && { dpop }),
        }).exchange(secret('s'), target),
    ],
  ]
  const answering = (token_type: string) =>
    fakeServer(({ form }) =>
      form.get('requested_token_type') === ID_JAG
        ? Response.json({ access_token: 'assertion', issued_token_type: ID_JAG, token_type: 'N_A' })
        : Response.json({
            ...body,
            token_type,
            issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          }),
    )

  it.each(grants)(
    'a token that is bound to a key is the only one that is accepted with a key, by %s',
    async (_, run) => {
      const dpop = await dpopKey({ now })
      for (const [
        type,
        ok,
      ] of [['DPoP', true], ['dpop', true], ['Bearer', false], ['mac', false]] as const) // biome-ignore format: a table
        expect([type, (await run(answering(type).fetch, dpop)).ok]).toEqual([type, ok])
    },
  )

  it.each(grants)(
    'a token that is bound to a key is not accepted without a key, by %s',
    async (_, run) => {
      expect((await run(answering('DPoP').fetch, undefined)).ok).toBe(false)
      const server = answering('Bearer')
      expect((await run(server.fetch, undefined)).ok).toBe(true)
      expect(server.requests.some(({ headers }) => headers.has('dpop'))).toBe(false)
    },
  )

  it('a token that is bound to a key is not asked for at the identity provider: the assertion is no access token', async () => {
    const server = answering('DPoP')
    await grants[2]?.[1](server.fetch, await dpopKey({ now }))
    expect(server.requests.map(({ headers }) => headers.has('dpop'))).toEqual([false, true])
  })
})

describe('an authorization server that wants its nonce', () => {
  const wanting = (nonce: string | null, status = 400, error = 'use_dpop_nonce') => {
    const headers = new Headers(nonce === null ? {} : { 'dpop-nonce': nonce })
    return Response.json({ error }, { status, headers })
  }

  it('an authorization server that wants its nonce gets the request again with the nonce, and later requests have it at once', async () => {
    let authenticated = 0
    const server = fakeServer(({ headers }) =>
      decodeJwt(headers.get('dpop') ?? '').nonce === 'n-1' ? Response.json(body) : wanting('n-1'),
    )
    const client = clientCredentials({
      ...issuer,
      fetch: server.fetch,
      dpop: await dpopKey({ now }),
      client: () => void authenticated++,
    })
    expect(await client.issue(target)).toMatchObject({ ok: true })
    // The client proves itself anew, because an assertion is good for one request as well.
    expect([server.requests.length, authenticated]).toEqual([2, 2])
    expect(new Set(proofsOf(server.requests).map(({ jti }) => jti)).size).toBe(2)
    expect(await client.issue(target)).toMatchObject({ ok: true })
    expect(server.requests).toHaveLength(3)
  })

  it('an authorization server that wants its nonce and never has enough gets the request twice, not more', async () => {
    let count = 0
    const server = fakeServer(() => wanting(`n-${count++}`))
    const client = clientCredentials({
      ...issuer,
      fetch: server.fetch,
      dpop: await dpopKey({ now }),
    })
    expect(await client.issue(target)).toEqual({
      ok: false,
      refusal: { reason: 'exchange_failed', authorizationServerError: 'use_dpop_nonce' },
    })
    expect(server.requests).toHaveLength(2)
  })

  it.each<[string, () => Response, number]>([
    ['by 401', () => wanting('n-1', 401), 2],
    ['without saying which', () => wanting(null), 1],
    ['with one that is none', () => wanting('a"b'), 1],
    ['with another error', () => wanting('n-1', 400, 'invalid_grant'), 1],
    ['with a broken server', () => wanting('n-1', 500), 1],
  ])(
    'an authorization server that wants its nonce is asked as often as it may be (case %#): %s',
    async (_, answer, times) => {
      const server = fakeServer(answer)
      await clientCredentials({
        ...issuer,
        fetch: server.fetch,
        dpop: await dpopKey({ now }),
      }).issue(target)
      expect(server.requests).toHaveLength(times)
    },
  )

  it('an authorization server that wants its nonce is asked once when there is no key', async () => {
    const server = fakeServer(() => wanting('n-1'))
    await clientCredentials({ ...issuer, fetch: server.fetch }).issue(target)
    expect(server.requests).toHaveLength(1)
    expect(() => decodeProtectedHeader(server.requests[0]?.headers.get('dpop') ?? '')).toThrow()
  })
})
