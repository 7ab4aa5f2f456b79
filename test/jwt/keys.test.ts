// The issuer's keys over time: found, rotated, removed, unreachable, flooded.

import { describe, expect, it, vi } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { type JwtVerifierOptions, jwtVerifier } from '../../src/jwt/index.ts'
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

const first = await signingKey('key-1')
const second = await signingKey('key-2')
const lasting = goodClaims({ exp: START + 100_000 })
const oldToken = await mint(first, lasting)
const newToken = await mint(second, lasting)

function house(options: Partial<JwtVerifierOptions> = {}) {
  const time = clock()
  const issuer = fakeIssuer([first])
  const verifier = jwtVerifier({
    issuer: ISSUER,
    fetch: issuer.fetch,
    now: time.now,
    cache: false,
    ...options,
  })
  const reason = async (credential: Credential): Promise<string> => {
    const result = await verifier.verify(credential, RESOURCE)
    return result.ok ? 'granted' : result.refusal.reason
  }
  return { time, issuer, verifier, reason }
}

const down = (): Response => new Response('<h1>secret-looking page</h1>', { status: 503 })

describe('finding the keys', () => {
  it('finding the keys fetches nothing before the first token, and then metadata and keys once', async () => {
    const { issuer, reason } = house()
    expect(issuer.asked).toEqual([])
    for (let i = 0; i < 3; i++) expect(await reason(oldToken)).toBe('granted')
    expect(issuer.asked).toEqual([
      `${ISSUER}/.well-known/oauth-authorization-server`,
      `${ISSUER}/jwks`,
    ])
  })

  it('finding the keys asks by the rules: no redirect, no cookie, no cache, a signal', async () => {
    const { issuer, reason } = house()
    await reason(oldToken)
    for (const init of issuer.inits) {
      expect(init).toMatchObject({
        method: 'GET',
        redirect: 'manual',
        credentials: 'omit',
        cache: 'no-store',
        signal: expect.any(AbortSignal),
      })
      expect(new Headers(init.headers).has('authorization')).toBe(false)
    }
  })

  it('finding the keys falls back to OpenID Connect discovery', async () => {
    const { issuer, reason } = house()
    issuer.answer = (url) => {
      if (url.includes('oauth-authorization-server')) return new Response(null, { status: 404 })
      return url.includes('openid-configuration') ? Response.json(issuer.metadata) : undefined
    }
    expect(await reason(oldToken)).toBe('granted')
  })

  it('finding the keys asks a configured place directly, on whatever origin', async () => {
    const { issuer, reason } = house({ jwksUri: 'https://keys.example/jwks' })
    issuer.answer = (url) =>
      url === 'https://keys.example/jwks' ? Response.json({ keys: issuer.keys }) : undefined
    expect(await reason(oldToken)).toBe('granted')
    expect(issuer.asked).toEqual(['https://keys.example/jwks'])
  })

  const own = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` }
  it.each<[string, Record<string, unknown>, string]>([
    [
      'names another issuer',
      { ...own, issuer: 'https://evil.example' },
      'issuer_mismatch_metadata',
    ],
    [
      'spells the issuer with a slash',
      { ...own, issuer: `${ISSUER}/` },
      'issuer_mismatch_metadata',
    ],
    ['names no issuer', { jwks_uri: `${ISSUER}/jwks` }, 'metadata_missing'],
    [
      'has the keys on another origin',
      { ...own, jwks_uri: 'https://evil.example/jwks' },
      'endpoint_elsewhere',
    ],
    [
      'has the keys over http',
      { ...own, jwks_uri: 'http://login.example/jwks' },
      'endpoint_elsewhere',
    ],
    [
      'has the keys on this machine',
      { ...own, jwks_uri: 'http://127.0.0.1/jwks' },
      'endpoint_elsewhere',
    ],
    [
      'has the keys behind user-info',
      { ...own, jwks_uri: 'https://login.example@evil.example/jwks' },
      'endpoint_elsewhere',
    ],
    ['has no keys', { issuer: ISSUER }, 'endpoint_missing'],
  ])('finding the keys does not believe metadata that %s', async (_, metadata, why) => {
    const { issuer, reason } = house()
    issuer.metadata = metadata
    expect(await reason(oldToken)).toBe(why)
    expect(issuer.asked.some((url) => url.endsWith('/jwks'))).toBe(false)
  })
})

describe('rotation', () => {
  it('the rotation of keys under load: a thousand tokens of a new key make one request, and none is refused', async () => {
    const { issuer, time, verifier } = house()
    await verifier.verify(oldToken, RESOURCE)
    time.advance(31)
    issuer.keys = [first.publicJwk, second.publicJwk]
    const tokens = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? newToken : oldToken))
    const results = await Promise.all(tokens.map((token) => verifier.verify(token, RESOURCE)))
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(issuer.jwksFetches()).toBe(2)
  })

  it('the rotation of keys honours the removal of a key when the keys are no longer fresh', async () => {
    const { issuer, time, reason } = house()
    expect(await reason(oldToken)).toBe('granted')
    issuer.keys = [second.publicJwk]
    time.advance(601)
    expect(await reason(oldToken)).toBe('key_unknown')
    expect(await reason(newToken)).toBe('granted')
  })

  it('the rotation of keys honours an empty set', async () => {
    const { issuer, time, reason } = house()
    await reason(oldToken)
    issuer.keys = []
    time.advance(601)
    expect(await reason(oldToken)).toBe('key_unknown')
  })

  it('the rotation of keys takes the removal along when an unknown id makes it ask', async () => {
    const { issuer, time, reason } = house()
    await reason(oldToken)
    issuer.keys = [second.publicJwk]
    time.advance(31)
    expect(await reason(newToken)).toBe('granted')
    expect(await reason(oldToken)).toBe('key_unknown')
  })

  it('the rotation of keys sees no old age in a clock that was set back: it asks anew', async () => {
    const { issuer, time, reason } = house()
    const early = await mint(first, goodClaims({ iat: START - 2000, exp: START + 300 }))
    await reason(early)
    time.advance(-600)
    expect(await reason(early)).toBe('granted')
    expect(issuer.jwksFetches()).toBe(2)
  })
})

describe('a flood of unknown key ids', () => {
  const strange = Array.from({ length: 100 }, (_, i) => mint(first, lasting, { kid: `../${i}` }))

  it('a flood of unknown key ids of 10,000 makes three requests, and then one in a cool-down', async () => {
    const { issuer, time, verifier } = house()
    const tokens = await Promise.all(strange)
    await verifier.verify(oldToken, RESOURCE)
    time.advance(30)
    for (let round = 0; round < 100; round++) {
      const results = await Promise.all(tokens.map((token) => verifier.verify(token, RESOURCE)))
      expect(results.every((result) => !result.ok && result.refusal.reason === 'key_unknown')).toBe(
        true,
      )
    }
    expect(issuer.jwksFetches()).toBe(4)
    time.advance(2)
    await verifier.verify(await mint(first, lasting, { kid: 'x' }), RESOURCE)
    expect(issuer.jwksFetches()).toBe(4)
    time.advance(1)
    await verifier.verify(await mint(first, lasting, { kid: 'x' }), RESOURCE)
    expect(issuer.jwksFetches()).toBe(5)
  })

  it('a flood of unknown key ids makes no more requests when the issuer answers with errors', async () => {
    const { issuer, time, verifier } = house()
    const tokens = await Promise.all(strange)
    await verifier.verify(oldToken, RESOURCE)
    time.advance(30)
    issuer.answer = (url) => (url.endsWith('/jwks') ? down() : undefined)
    for (const token of tokens) await verifier.verify(token, RESOURCE)
    expect(issuer.jwksFetches()).toBe(4)
    expect((await verifier.verify(oldToken, RESOURCE)).ok).toBe(true)
  })
})

describe('an issuer that is down', () => {
  const cases: [string, () => Response | Promise<Response>][] = [
    ['answers 500', () => new Response(null, { status: 500 })],
    [
      'answers 500 with keys',
      () => Response.json({ keys: [first.publicJwk, second.publicJwk] }, { status: 500 }),
    ],
    [
      'cannot be reached',
      () => Promise.reject(new TypeError('fetch failed: Bearer eyJhbGciOiJub25lIn0.e30.')),
    ],
    [
      'redirects',
      () => new Response(null, { status: 302, headers: { location: 'https://evil.example/jwks' } }),
    ],
    [
      'redirects back',
      () => new Response(null, { status: 307, headers: { location: `${ISSUER}/jwks` } }),
    ],
    [
      'answers 256 KB and one byte',
      () => new Response(`{"keys":[]${' '.repeat(256 * 1024 - 10)}}`),
    ],
    [
      'answers without end',
      () =>
        new Response(
          new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536)) }),
        ),
    ],
    ['answers HTML', () => new Response('<html>')],
    ['answers something else than keys', () => Response.json({ keys: 'none' })],
    ['answers nothing', () => new Response(null)],
    [
      'breaks off',
      () =>
        new Response(new ReadableStream({ start: (stream) => stream.error(new Error('reset')) })),
    ],
  ]

  /** A place that redirects is a wrong setting, and is told as one. */
  const whyNone = (what: string) =>
    what.startsWith('redirects') ? 'redirect_refused' : 'issuer_unavailable'

  it.each(cases)(
    'an issuer that is down and %s is unavailable at first, and never followed elsewhere',
    async (what, answer) => {
      const { issuer, reason } = house()
      issuer.answer = (url) => (url.endsWith('/jwks') ? answer() : undefined)
      expect(await reason(oldToken)).toBe(whyNone(what))
      expect(issuer.asked.filter((url) => url.startsWith('https://evil.example'))).toEqual([])
    },
  )

  it.each(cases)(
    'an issuer that is down and %s is served from older keys, for an hour',
    async (what, answer) => {
      const { issuer, time, reason } = house()
      await reason(oldToken)
      issuer.answer = (url) => (url.endsWith('/jwks') ? answer() : undefined)
      time.advance(601)
      expect(await reason(oldToken)).toBe('granted')
      time.advance(3598)
      expect(await reason(oldToken)).toBe('granted')
      time.advance(2)
      expect(await reason(oldToken)).toBe(whyNone(what))
    },
  )

  it('an issuer that is down is asked again after a second, not by every token', async () => {
    const { issuer, time, reason } = house()
    issuer.answer = down
    for (let i = 0; i < 50; i++) expect(await reason(oldToken)).toBe('issuer_unavailable')
    const asked = issuer.asked.length
    expect(asked).toBeLessThanOrEqual(2)
    issuer.answer = undefined
    time.advance(1)
    expect(await reason(oldToken)).toBe('granted')
  })

  it('an issuer that is down is used again when it is back, and its new keys hold', async () => {
    const { issuer, time, reason } = house()
    await reason(oldToken)
    issuer.answer = down
    time.advance(700)
    expect(await reason(oldToken)).toBe('granted')
    issuer.answer = undefined
    issuer.keys = [second.publicJwk]
    time.advance(2)
    // This token still gets the older keys while the new ones are asked for.
    await reason(oldToken)
    await vi.waitFor(async () => expect(await reason(oldToken)).toBe('key_unknown'))
    expect(await reason(newToken)).toBe('granted')
  })

  it('an issuer that is down and hangs ends the wait at the deadline, once; later tokens get older keys at once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { issuer, time, reason } = house()
      await reason(oldToken)
      issuer.answer = (url) => (url.endsWith('/jwks') ? new Promise(() => {}) : undefined)
      time.advance(601)
      const waiting = reason(oldToken)
      await vi.advanceTimersByTimeAsync(4999)
      expect(vi.getTimerCount()).toBe(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(await waiting).toBe('granted')
      time.advance(10)
      expect(await reason(oldToken)).toBe('granted')
      expect(issuer.jwksFetches()).toBe(3)
    } finally {
      vi.useRealTimers()
    }
  })

  it('an issuer that is down does not hold a caller who gave up, nor make the others lose their request', async () => {
    const { issuer, verifier } = house()
    let release = (_: Response): void => {}
    issuer.answer = (url) => {
      if (!url.endsWith('/jwks')) return undefined
      return new Promise((resolve) => {
        release = resolve
      })
    }
    const controller = new AbortController()
    const gaveUp = verifier.verify(oldToken, RESOURCE, { signal: controller.signal })
    const patient = verifier.verify(oldToken, RESOURCE)
    await vi.waitFor(() => expect(issuer.jwksFetches()).toBe(1))
    controller.abort()
    expect(await gaveUp).toMatchObject({ refusal: { reason: 'cancelled' } })
    release(Response.json({ keys: issuer.keys }))
    expect((await patient).ok).toBe(true)
    expect(issuer.jwksFetches()).toBe(1)
  })
})

describe('keys that cannot be used', () => {
  it('keys that cannot be used do not spoil the others', async () => {
    const { issuer, reason } = house()
    issuer.keys = [
      { kty: 'EC', kid: 'broken', crv: 'P-256', x: '!', y: '!' },
      { kty: 'unheard-of' },
      ...issuer.keys,
    ]
    expect(await reason(oldToken)).toBe('granted')
    expect(await reason(await mint(first, lasting, { kid: 'broken' }))).toBe('key_unknown')
  })

  it('meant for encryption verify nothing', async () => {
    const { issuer, reason } = house()
    issuer.keys = [{ ...first.publicJwk, use: 'enc' }]
    expect(await reason(oldToken)).toBe('key_unknown')
  })

  it('keys of less than 2048 bits verify nothing', async () => {
    const { issuer, reason } = house()
    const pair = await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-256',
      },
      true,
      ['sign', 'verify'],
    )
    const { kty = '', n = '', e = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey)
    issuer.keys = [{ kty, n, e, kid: 'weak', alg: 'RS256' }]
    const input = [{ alg: 'RS256', kid: 'weak', typ: 'at+jwt' }, lasting]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const signature = await crypto.subtle.sign(
      'RSASSA-PKCS1-v1_5',
      pair.privateKey,
      Buffer.from(input),
    )
    expect(
      await reason(new Credential(`${input}.${Buffer.from(signature).toString('base64url')}`)),
    ).not.toBe('granted')
  })
})
