// Proofs of possession: the vectors of RFC 9449, every way in which a proof does not hold, and
// replay.

import { hash } from 'node:crypto'
import {
  base64url as b64,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  SignJWT,
} from 'jose'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import type { ProvedRequest } from '../../src/core/door/proof.ts'
import { type DpopProofsOptions, dpopProofs } from '../../src/jwt/index.ts'
import { base64url, clock, START } from './issuer.ts'

const TOKEN = 'a.bound.token'
const URL_ = 'https://tasks.example/mcp'
const presented: ProvedRequest = { method: 'POST', url: URL_, credential: new Credential(TOKEN) }
const pair = await generateKeyPair('ES256', { extractable: true })
const publicJwk = await exportJWK(pair.publicKey)

interface Changes {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: CryptoKey
  readonly alg?: string
}

function prove({
  claims = {},
  header = {},
  key = pair.privateKey,
  alg = 'ES256',
}: Changes = {}): Promise<string> {
  const ath = hash('sha256', TOKEN, 'base64url')
  return new SignJWT({ jti: 'proof-1', htm: 'POST', htu: URL_, iat: START, ath, ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk: publicJwk, ...header })
    .sign(key)
}

const verifying = (options: DpopProofsOptions = {}) =>
  dpopProofs({ now: () => START * 1000, ...options })

async function reasonFor(
  proof: string | null,
  request: Partial<ProvedRequest> = {},
  options: DpopProofsOptions = {},
) {
  const result = await verifying(options).verify(proof, { ...presented, ...request })
  return result.ok
    ? 'granted'
    : [result.refusal.reason, result.refusal.claim].filter(Boolean).join(' ')
}

describe('the vectors of RFC 9449', () => {
  const KEY =
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19'
  const PROOF = `${KEY}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`
  const request: ProvedRequest = {
    method: 'GET',
    url: 'https://resource.example.org/protectedresource',
    credential: new Credential('Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'),
  }
  const then = { now: () => 1_562_262_618_000 }

  it('the proof of section 7.1 holds, and its key has the thumbprint of section 6.1', async () => {
    const result = await verifying(then).verify(PROOF, request)
    expect(result).toMatchObject({
      ok: true,
      value: { keyThumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
    })
  })

  it('the proof of section 5, which goes with no token, holds for no request here', async () => {
    const proof = `${KEY}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`
    expect(
      await reasonFor(
        proof,
        { ...request, method: 'POST', url: 'https://server.example.com/token' },
        then,
      ),
    ).toBe('proof_invalid ath')
  })

  it('a changed letter of the proof breaks it', async () => {
    const changed = PROOF.replace('.2oW9RP35', '.2oW9RP36')
    expect(await reasonFor(changed, request, then)).toBe('proof_invalid')
  })
})

describe('a proof that holds', () => {
  it.each<[string, Changes, Partial<ProvedRequest>]>([
    ['is plain', {}, {}],
    ['names a URL with query and fragment', { claims: { htu: `${URL_}?a=b#c` } }, {}],
    ['spells the URL in another way', { claims: { htu: 'HTTPS://Tasks.example:443/mcp' } }, {}],
    ['is for a request with a query', {}, { url: `${URL_}?a=b` }],
    ['has a nonce that nobody asked for', { claims: { nonce: 'n' } }, {}],
    [
      'has claims and header members that we do not know',
      { claims: { more: 1 }, header: { more: 1 } },
      {},
    ],
    ['is a minute and the tolerance old, nearly', { claims: { iat: START - 89 } }, {}],
    ['is from a clock that is ahead', { claims: { iat: START + 30 } }, {}],
  ])('a proof holds that %s', async (_, changes, request) => {
    expect(await reasonFor(await prove(changes), request)).toBe('granted')
  })

  it('a proof that holds may be by Ed25519, under either name', async () => {
    for (const alg of ['Ed25519', 'EdDSA']) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
      expect(
        await reasonFor(
          await prove({ key: privateKey, alg, header: { jwk: await exportJWK(publicKey) } }),
        ),
      ).toBe('granted')
    }
  })
})

describe('a proof that does not hold', () => {
  it('a proof that does not hold is missing', async () => {
    expect(await reasonFor(null)).toBe('proof_missing')
  })

  it.each<[string, Changes, string]>([
    ['another method', { claims: { htm: 'GET' } }, 'htm'],
    ['the method in lower case', { claims: { htm: 'post' } }, 'htm'],
    ['no method', { claims: { htm: undefined } }, 'htm'],
    ['methods in a list', { claims: { htm: ['POST'] } }, 'htm'],
    ['another path', { claims: { htu: 'https://tasks.example/other' } }, 'htu'],
    ['a path that begins alike', { claims: { htu: `${URL_}/more` } }, 'htu'],
    ['a slash at the end', { claims: { htu: `${URL_}/` } }, 'htu'],
    ['another host', { claims: { htu: 'https://evil.example/mcp' } }, 'htu'],
    ['another port', { claims: { htu: 'https://tasks.example:444/mcp' } }, 'htu'],
    ['another scheme', { claims: { htu: 'http://tasks.example/mcp' } }, 'htu'],
    ['user-info in the URL', { claims: { htu: 'https://tasks.example@evil.example/mcp' } }, 'htu'],
    ['the right host with user-info', { claims: { htu: 'https://a@tasks.example/mcp' } }, 'htu'],
    ['a path alone', { claims: { htu: '/mcp' } }, 'htu'],
    ['no URL', { claims: { htu: undefined } }, 'htu'],
    ['another token', { claims: { ath: hash('sha256', 'another.token', 'base64url') } }, 'ath'],
    ['the token itself', { claims: { ath: TOKEN } }, 'ath'],
    ['no token', { claims: { ath: undefined } }, 'ath'],
    ['a hash in hex', { claims: { ath: hash('sha256', TOKEN, 'hex') } }, 'ath'],
    ['no id', { claims: { jti: undefined } }, 'jti'],
    ['an empty id', { claims: { jti: '' } }, 'jti'],
    ['an id that is a number', { claims: { jti: 7 } }, 'jti'],
    ['an id without end', { claims: { jti: 'x'.repeat(257) } }, 'jti'],
    ['no time', { claims: { iat: undefined } }, 'iat'],
    ['a time in text', { claims: { iat: `${START}` } }, 'iat'],
    ['an old time', { claims: { iat: START - 90 } }, 'iat'],
    ['a time to come', { claims: { iat: START + 31 } }, 'iat'],
    ['a time far to come', { claims: { iat: 1e300 } }, 'iat'],
  ])('a proof that does not hold says something else: %s', async (_, changes, claim) => {
    expect(await reasonFor(await prove(changes))).toBe(`proof_invalid ${claim}`)
  })

  it.each<[string, () => Promise<string>]>([
    ['the type of an access token', () => prove({ header: { typ: 'at+jwt' } })],
    ['no type', () => prove({ header: { typ: undefined } })],
    ['the type in another case', () => prove({ header: { typ: 'DPoP+JWT' } })],
    ['no key', () => prove({ header: { jwk: undefined } })],
    ['a private key', async () => prove({ header: { jwk: await exportJWK(pair.privateKey) } })],
    [
      'another key',
      async () =>
        prove({ header: { jwk: await exportJWK((await generateKeyPair('ES256')).publicKey) } }),
    ],
    [
      'a key by its address',
      () => prove({ header: { jwk: undefined, jku: 'https://evil.example/jwks' } }),
    ],
    ['a critical extension', () => prove({ header: { crit: ['b64'], b64: true } })],
    ['a payload that is not encoded', () => prove({ header: { b64: true } })],
    [
      'an algorithm that is not accepted',
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('ES384')
        return prove({ key: privateKey, alg: 'ES384', header: { jwk: await exportJWK(publicKey) } })
      },
    ],
    ['no signature', async () => `${(await prove()).split('.').slice(0, 2).join('.')}.`],
    [
      'algorithm none',
      async () => {
        const [, payload] = (await prove()).split('.')
        return `${base64url({ typ: 'dpop+jwt', alg: 'none', jwk: publicJwk })}.${payload}.`
      },
    ],
    [
      'HS256 with a key that it shows',
      async () => {
        const k: JWK = { kty: 'oct', k: b64.encode('x'.repeat(32)) }
        return new SignJWT({})
          .setProtectedHeader({ typ: 'dpop+jwt', alg: 'HS256', jwk: k })
          .sign(new TextEncoder().encode('x'.repeat(32)))
      },
    ],
    ['two proofs', async () => `${await prove()}, ${await prove()}`],
    ['a proof without end', async () => prove({ claims: { more: 'x'.repeat(4096) } })],
    ['no JWT', async () => 'proof'],
    ['nothing', async () => ''],
  ])('a proof that does not hold is not one: %s', async (_, proof) => {
    expect(await reasonFor(await proof())).toBe('proof_invalid')
  })

  it('a proof that does not hold is told by nothing of its content', async () => {
    const result = await verifying().verify(await prove({ claims: { htm: 'canary' } }), presented)
    expect(result).toEqual({ ok: false, refusal: { reason: 'proof_invalid', claim: 'htm' } })
  })
})

describe('replay', () => {
  async function house(options: DpopProofsOptions = {}) {
    const time = clock()
    const proofs = dpopProofs({ now: time.now, ...options })
    const use = async (proof: string, request: Partial<ProvedRequest> = {}) => {
      const result = await proofs.verify(proof, { ...presented, ...request })
      return result.ok ? result.value.use() : result.refusal.claim
    }
    return { time, proofs, use }
  }

  it('replay is refused for as long as the proof is good, and after it', async () => {
    const { time, use } = await house()
    const proof = await prove()
    expect(await use(proof)).toBe(true)
    expect(await use(proof)).toBe(false)
    time.advance(89)
    expect(await use(proof)).toBe(false)
    time.advance(1)
    expect(await use(proof)).toBe('iat')
  })

  it('replay is refused for another method, another URL and another token', async () => {
    const { use } = await house()
    const proof = await prove()
    expect(await use(proof, { method: 'DELETE' })).toBe('htm')
    expect(await use(proof, { url: 'https://tasks.example/admin' })).toBe('htu')
    expect(await use(proof, { credential: new Credential('another.token') })).toBe('ath')
    expect(await use(proof)).toBe(true)
  })

  it('replay is refused when a proof is verified several times before any is used', async () => {
    const { proofs } = await house()
    const proof = await prove()
    const results = await Promise.all([1, 2, 3].map(() => proofs.verify(proof, presented)))
    expect(results.map((result) => result.ok && result.value.use())).toEqual([true, false, false])
  })

  it('replay is not an id of another key’s, so nobody can use up another’s', async () => {
    const { use } = await house()
    const other = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(other.publicKey)
    expect(await use(await prove({ key: other.privateKey, header: { jwk } }))).toBe(true)
    expect(await use(await prove())).toBe(true)
    expect(await use(await prove({ claims: { htu: `${URL_}?other` } }))).toBe(false)
  })

  it('replay is refused also when the memory is full: what is forgotten is refused for its age', async () => {
    const { time, use } = await house({ maxEntries: 3 })
    const proofs: string[] = []
    for (let index = 0; index < 6; index++) {
      proofs.push(await prove({ claims: { jti: `proof-${index}`, iat: START + index } }))
      expect(await use(proofs[index] ?? '')).toBe(true)
      time.advance(1)
    }
    expect(await Promise.all(proofs.map((proof) => use(proof)))).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ])
    // One of the same age that was never used is refused as well; a fresh one is not.
    expect(await use(await prove({ claims: { jti: 'late', iat: START + 2 } }))).toBe(false)
    expect(await use(await prove({ claims: { jti: 'fresh', iat: START + 6 } }))).toBe(true)
  })

  it('replay in one second full of proofs ends that second, not the service', async () => {
    const { time, use } = await house({ maxEntries: 2 })
    const at = (jti: string, iat = START) => prove({ claims: { jti, iat } })
    expect([
      await use(await at('a')),
      await use(await at('b')),
      await use(await at('c')),
      await use(await at('a')),
    ]).toEqual([true, true, false, false])
    time.advance(1)
    expect(await use(await at('d', START + 1))).toBe(true)
  })

  it('memory is given back as proofs grow old', async () => {
    const { time, use } = await house({ maxEntries: 3 })
    for (let round = 0; round < 5; round++) {
      const iat = START + round * 100
      for (const jti of ['a', 'b', 'c'])
        expect(await use(await prove({ claims: { jti, iat } }))).toBe(true)
      time.advance(100)
    }
  })
})

describe('options', () => {
  it.each([['HS256'], ['none'], ['RS1']])(
    'the options of proofs are refused at creation: the algorithm %s',
    (name) => {
      expect(() => dpopProofs({ algorithms: ['ES256', name] })).toThrow(TypeError)
    },
  )

  it('the options of proofs are refused at creation: no algorithm', () => {
    expect(() => dpopProofs({ algorithms: [] })).toThrow(TypeError)
  })
})
