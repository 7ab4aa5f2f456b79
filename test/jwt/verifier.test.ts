// Attacks on JWT access tokens, as tables: each must be refused for its own reason, by the verifier
// as an app gets it.

import { CompactEncrypt, exportSPKI, importJWK, type JWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import type { RefusalReason } from '../../src/core/errors.ts'
import { type JwtVerifierOptions, jwtVerifier } from '../../src/jwt/index.ts'
import {
  base64url,
  clock,
  fakeIssuer,
  goodClaims,
  ISSUER,
  mint,
  RESOURCE,
  START,
  signingKey,
} from './issuer.ts'

const key = await signingKey('key-1')
const foreign = await signingKey('key-1')
const rsa = await signingKey('rsa-1', 'RS256')

function verifier(options: Partial<JwtVerifierOptions> = {}, issuer = fakeIssuer([key, rsa])) {
  return jwtVerifier({
    issuer: ISSUER,
    fetch: issuer.fetch,
    now: clock().now,
    cache: false,
    ...options,
  })
}

type Minted = Credential | Promise<Credential>

async function reasonFor(
  credential: Minted,
  options: Partial<JwtVerifierOptions> = {},
): Promise<RefusalReason | 'granted'> {
  const result = await verifier(options).verify(await credential, RESOURCE)
  return result.ok ? 'granted' : result.refusal.reason
}

/**
 * A token with any header and payload, signed with the real key: what is wrong with it is not the
 * signature.
 */
async function signedRaw(header: unknown, payload: unknown): Promise<Credential> {
  const input = `${base64url(header)}.${base64url(payload)}`
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key.privateKey,
    Buffer.from(input),
  )
  return new Credential(`${input}.${Buffer.from(signature).toString('base64url')}`)
}

async function hs256(secret: string): Promise<Credential> {
  const token = new SignJWT(goodClaims()).setProtectedHeader({
    alg: 'HS256',
    typ: 'at+jwt',
    kid: 'key-1',
  })
  return new Credential(await token.sign(Buffer.from(secret)))
}

const publicKey = await importJWK(key.publicJwk, 'ES256', { extractable: true })
const spki = publicKey instanceof Uint8Array ? '' : await exportSPKI(publicKey)
const header = { alg: 'ES256', typ: 'at+jwt', kid: 'key-1' }
const good = await mint(key)
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.reveal().split('.')
const symmetric: JWK = { kty: 'oct', k: base64url('x'.repeat(32)), kid: 'oct-1', alg: 'HS256' }
const jwe = await new CompactEncrypt(Buffer.from(JSON.stringify(goodClaims())))
  .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt' })
  .encrypt(new Uint8Array(32))

describe('a good token', () => {
  it('a good token gives the principal, the scopes, the audience and the token id', async () => {
    const result = await verifier().verify(
      await mint(key, goodClaims({ act: { sub: 'app' } })),
      RESOURCE,
    )
    expect(result).toMatchObject({
      ok: true,
      value: {
        principal: { issuer: ISSUER, subject: 'alice', client: 'app', actor: { subject: 'app' } },
        audience: [RESOURCE],
        scopes: ['tasks:read', 'tasks:write'],
        expiresAt: START + 300,
        tokenId: 'token-1',
      },
    })
  })

  it.each<[string, Minted]>([
    [
      'an audience list that names the resource',
      mint(key, goodClaims({ aud: ['https://other.example', RESOURCE] })),
    ],
    ['the long form of the type', mint(key, goodClaims(), { typ: 'application/at+jwt' })],
    [
      'a type in capitals, for media types have no case',
      mint(key, goodClaims(), { typ: 'AT+JWT' }),
    ],
    ['another key and algorithm of the issuer', mint(rsa)],
    ['no key id, where only one key fits', mint(key, goodClaims(), { kid: undefined })],
    ['no issued-at', mint(key, goodClaims({ iat: undefined }))],
  ])('a good token is taken with %s', async (_, credential) => {
    expect(await reasonFor(credential)).toBe('granted')
  })

  it.each(['PS256', 'EdDSA'])('a good token is taken with %s', async (alg) => {
    const other = await signingKey('other', alg)
    const result = await verifier({}, fakeIssuer([key, other])).verify(await mint(other), RESOURCE)
    expect(result.ok).toBe(true)
  })
})

describe('a forged token', () => {
  it.each<[string, Minted, RefusalReason]>([
    [
      'alg none without a signature',
      new Credential(`${base64url({ ...header, alg: 'none' })}.${goodPayload}.`),
      'algorithm_refused',
    ],
    [
      'alg none with the old signature',
      new Credential(`${base64url({ ...header, alg: 'none' })}.${goodPayload}.${goodSignature}`),
      'algorithm_refused',
    ],
    [
      'alg nOnE',
      new Credential(`${base64url({ ...header, alg: 'nOnE' })}.${goodPayload}.`),
      'algorithm_refused',
    ],
    [
      'no alg',
      new Credential(`${base64url({ typ: 'at+jwt' })}.${goodPayload}.${goodSignature}`),
      'algorithm_refused',
    ],
    [
      'an alg that is a list',
      signedRaw({ ...header, alg: ['ES256'] }, goodClaims()),
      'algorithm_refused',
    ],
    ['HS256 with the public key (PEM) as the secret', hs256(spki), 'algorithm_refused'],
    [
      'HS256 with the public key (JWK) as the secret',
      hs256(JSON.stringify(key.publicJwk)),
      'algorithm_refused',
    ],
    [
      'an algorithm that is not on the list',
      signedRaw({ ...header, alg: 'ML-DSA-44' }, goodClaims()),
      'algorithm_refused',
    ],
    [
      'another algorithm of the list than the key has',
      signedRaw({ ...header, alg: 'RS256' }, goodClaims()),
      'key_unknown',
    ],
    ['a stranger key under a known id', mint(foreign), 'signature_invalid'],
    [
      'a changed payload',
      new Credential(`${goodHeader}.${base64url(goodClaims({ sub: 'bob' }))}.${goodSignature}`),
      'signature_invalid',
    ],
    ['no signature', new Credential(`${goodHeader}.${goodPayload}.`), 'signature_invalid'],
    ['a cut signature', new Credential(good.reveal().slice(0, -4)), 'signature_invalid'],
    [
      'a zero signature (CVE-2022-21449)',
      new Credential(`${goodHeader}.${goodPayload}.${Buffer.alloc(64).toString('base64url')}`),
      'signature_invalid',
    ],
    ['an unknown key id', mint(key, goodClaims(), { kid: 'key-2' }), 'key_unknown'],
    ['a key id that is a path', mint(key, goodClaims(), { kid: '../../key-1' }), 'key_unknown'],
    ['a key id that is SQL', mint(key, goodClaims(), { kid: "' OR '1'='1" }), 'key_unknown'],
    [
      'a key id of a prototype member',
      mint(key, goodClaims(), { kid: '__proto__' }),
      'key_unknown',
    ],
    [
      'a key id of 300 characters',
      mint(key, goodClaims(), { kid: 'k'.repeat(300) }),
      'token_malformed',
    ],
    [
      'a key id of 1 MB',
      mint(key, goodClaims(), { kid: 'k'.repeat(1_000_000) }),
      'token_malformed',
    ],
    [
      'a key id that is a number',
      signedRaw({ ...header, kid: 1 }, goodClaims()),
      'token_malformed',
    ],
    [
      'a key in the header (jwk)',
      mint(foreign, goodClaims(), { jwk: foreign.publicJwk }),
      'signature_invalid',
    ],
    [
      'a key in the header, without an id',
      mint(foreign, goodClaims(), { kid: undefined, jwk: foreign.publicJwk }),
      'signature_invalid',
    ],
    [
      'a key URL in the header (jku)',
      mint(foreign, goodClaims(), { jku: 'https://evil.example/jwks' }),
      'signature_invalid',
    ],
    [
      'a certificate URL in the header (x5u)',
      mint(foreign, goodClaims(), { x5u: 'https://evil.example/cert' }),
      'signature_invalid',
    ],
    [
      'a certificate in the header (x5c)',
      mint(foreign, goodClaims(), { x5c: ['MIIB'] }),
      'signature_invalid',
    ],
    [
      'a critical extension',
      signedRaw({ ...header, crit: ['exp'], exp: 1 }, goodClaims()),
      'token_malformed',
    ],
    [
      'an empty list of critical extensions',
      signedRaw({ ...header, crit: [] }, goodClaims()),
      'token_malformed',
    ],
    [
      'an unencoded payload (b64: false)',
      signedRaw({ ...header, b64: false, crit: ['b64'] }, goodClaims()),
      'token_malformed',
    ],
    [
      'b64: false that is not critical',
      signedRaw({ ...header, b64: false }, goodClaims()),
      'token_malformed',
    ],
    ['an encrypted token', new Credential(jwe), 'token_malformed'],
    ['no JWT at all', new Credential('opaque'), 'token_malformed'],
    ['three parts of nothing', new Credential('..'), 'token_malformed'],
    [
      'a header that is no JSON',
      new Credential(`${base64url('{')}.${goodPayload}.${goodSignature}`),
      'token_malformed',
    ],
    [
      'a header that is a list',
      new Credential(`${base64url([])}.${goodPayload}.${goodSignature}`),
      'token_malformed',
    ],
    ['a payload that is a list', signedRaw(header, []), 'token_malformed'],
    ['a payload that is no JSON', signedRaw(header, 'alice'), 'token_malformed'],
    ['padding', new Credential(`${good.reveal()}=`), 'token_malformed'],
    ['a line break inside', new Credential(good.reveal().replace('.', '. ')), 'token_malformed'],
    ['more than 16 KB', mint(key, goodClaims({ blob: 'x'.repeat(20_000) })), 'token_malformed'],
  ])('a forged token is refused: %s', async (_, credential, reason) => {
    expect(await reasonFor(credential)).toBe(reason)
  })

  it('a forged token is refused when the issuer publishes a symmetric key that fits it', async () => {
    const issuer = fakeIssuer([key])
    issuer.keys = [...issuer.keys, symmetric]
    const token = new SignJWT(goodClaims()).setProtectedHeader({
      alg: 'HS256',
      typ: 'at+jwt',
      kid: 'oct-1',
    })
    const credential = new Credential(await token.sign(Buffer.from('x'.repeat(32))))
    expect(await verifier({}, issuer).verify(credential, RESOURCE)).toMatchObject({
      refusal: { reason: 'algorithm_refused' },
    })
  })

  it('a forged token never makes the verifier fetch what a header names', async () => {
    const issuer = fakeIssuer([key])
    const one = verifier({}, issuer)
    for (const name of ['jku', 'x5u'])
      await one.verify(
        await mint(foreign, goodClaims(), { [name]: 'https://evil.example/keys' }),
        RESOURCE,
      )
    expect(issuer.asked.every((url) => url.startsWith(`${ISSUER}/`))).toBe(true)
  })

  it('a forged token without a key id is refused where several keys fit', async () => {
    const second = await signingKey('key-2')
    const result = await verifier({}, fakeIssuer([key, second])).verify(
      await mint(key, goodClaims(), { kid: undefined }),
      RESOURCE,
    )
    expect(result).toMatchObject({ refusal: { reason: 'key_unknown' } })
  })
})

describe('the published vectors', () => {
  // RFC 7515 appendix A.3: an ES256 signature that is right, over claims that are not ours (no
  // type, and long expired).
  const vector = {
    jwk: {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
    token:
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.' +
      'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
  }
  const vectorIssuer = fakeIssuer([])
  vectorIssuer.keys = [vector.jwk]

  it('RFC 7515 A.3 is refused for its type, whatever its signature', async () => {
    expect(
      await verifier({}, vectorIssuer).verify(new Credential(vector.token), RESOURCE),
    ).toMatchObject({
      refusal: { reason: 'type_refused' },
    })
  })

  it('RFC 7515 A.3 has a signature that holds, and lacks what makes an access token', async () => {
    const lax = verifier({ insecurelyAcceptUntypedTokens: true }, vectorIssuer)
    expect(await lax.verify(new Credential(vector.token), RESOURCE)).toMatchObject({
      refusal: { reason: 'type_refused' },
    })
    const changed = vector.token.replace(/.\w$/, 'AA')
    expect(await lax.verify(new Credential(changed), RESOURCE)).toMatchObject({
      refusal: { reason: 'signature_invalid' },
    })
  })

  it('RFC 7515 A.5, the unsecured token, is refused', async () => {
    const unsecured =
      'eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.'
    expect(
      await reasonFor(new Credential(unsecured), { insecurelyAcceptUntypedTokens: true }),
    ).toBe('algorithm_refused')
  })
})

describe('a token of the wrong kind', () => {
  const idToken = goodClaims({
    aud: 'app',
    nonce: 'n',
    at_hash: 'h',
    scope: undefined,
    client_id: undefined,
  })

  it.each([
    ['JWT', 'JWT'],
    ['no type', undefined],
    ['id+jwt', 'id+jwt'],
    ['logout+jwt', 'logout+jwt'],
    ['dpop+jwt', 'dpop+jwt'],
    ['at+jwt with something after it', 'at+jwt; x'],
  ])('a token of the wrong kind is refused by its type: %s', async (_, typ) => {
    expect(await reasonFor(await mint(key, goodClaims(), { typ }))).toBe('type_refused')
  })

  it('a token of the wrong kind is refused by its type when that is no text', async () => {
    expect(await reasonFor(await signedRaw({ ...header, typ: ['at+jwt'] }, goodClaims()))).toBe(
      'type_refused',
    )
  })

  it.each<[string, Record<string, unknown>, RefusalReason | 'granted']>([
    ['an access token with scopes', goodClaims({ client_id: undefined }), 'granted'],
    ['an access token with a client', goodClaims({ scope: undefined }), 'granted'],
    ['an access token that says Bearer', goodClaims({ typ: 'Bearer' }), 'granted'],
    ['an ID token', idToken, 'type_refused'],
    ['an ID token with our audience too', { ...idToken, aud: ['app', RESOURCE] }, 'type_refused'],
    [
      'an ID token without a nonce, whose audience is the client',
      goodClaims({ aud: 'app', scope: undefined }),
      'audience_mismatch',
    ],
    [
      'a bare ID token for our audience',
      goodClaims({ scope: undefined, client_id: undefined, azp: 'app' }),
      'type_refused',
    ],
    ['a nonce', goodClaims({ nonce: 'n' }), 'type_refused'],
    ['a token hash', goodClaims({ at_hash: 'h' }), 'type_refused'],
    ['a code hash', goodClaims({ c_hash: 'h' }), 'type_refused'],
    ['a logout token', goodClaims({ events: {} }), 'type_refused'],
    ['a refresh token of the kind that says so', goodClaims({ typ: 'Refresh' }), 'type_refused'],
    ['an ID token of the kind that says so', goodClaims({ typ: 'ID' }), 'type_refused'],
  ])(
    'a token of the wrong kind is told from an access token where the type is left out: %s',
    async (_, claims, expected) => {
      for (const typ of ['JWT', undefined]) {
        expect(
          await reasonFor(await mint(key, claims, { typ }), {
            insecurelyAcceptUntypedTokens: true,
          }),
        ).toBe(expected)
      }
    },
  )

  it('a token of the wrong kind is refused by its type even where plain JWTs are taken', async () => {
    expect(
      await reasonFor(await mint(key, goodClaims(), { typ: 'logout+jwt' }), {
        insecurelyAcceptUntypedTokens: true,
      }),
    ).toBe('type_refused')
  })
})

describe('claims', () => {
  it.each<[string, Record<string, unknown>, RefusalReason]>([
    ['another audience', { aud: 'https://api.example' }, 'audience_mismatch'],
    ['no audience', { aud: undefined }, 'audience_mismatch'],
    ['an audience that only begins like ours', { aud: `${RESOURCE}/x` }, 'audience_mismatch'],
    [
      'an audience list without ours',
      { aud: ['https://a.example', 'https://b.example'] },
      'audience_mismatch',
    ],
    ['an audience nested in a list', { aud: [[RESOURCE]] }, 'audience_mismatch'],
    ['another issuer', { iss: 'https://evil.example' }, 'issuer_mismatch'],
    ['our issuer with a slash', { iss: `${ISSUER}/` }, 'issuer_mismatch'],
    ['our issuer in capitals', { iss: ISSUER.toUpperCase() }, 'issuer_mismatch'],
    ['no issuer', { iss: undefined }, 'issuer_mismatch'],
    ['no expiry', { exp: undefined }, 'claim_missing'],
    ['no subject', { sub: undefined }, 'claim_missing'],
    ['an empty subject', { sub: '' }, 'claim_missing'],
    [
      'a key that the sender would have to prove (RFC 9449)',
      { cnf: { jkt: 'x' } },
      'claim_invalid',
    ],
    ['an actor without a subject', { act: {} }, 'claim_invalid'],
  ])('the claims are refused: %s', async (_, overrides, reason) => {
    expect(await reasonFor(await mint(key, goodClaims(overrides)))).toBe(reason)
  })

  it.each<[string, Record<string, unknown>, RefusalReason | 'granted']>([
    ['expired 29 s ago', { exp: START - 29 }, 'granted'],
    ['expired 30 s ago', { exp: START - 30 }, 'token_expired'],
    ['expired 31 s ago', { exp: START - 31 }, 'token_expired'],
    ['valid in 29 s', { nbf: START + 29 }, 'granted'],
    ['valid in 31 s', { nbf: START + 31 }, 'token_not_yet_valid'],
    ['issued in 29 s', { iat: START + 29 }, 'granted'],
    ['issued in 31 s', { iat: START + 31 }, 'token_not_yet_valid'],
    [
      'issued in ten minutes, as after a clock was set back',
      { iat: START + 600, exp: START + 900 },
      'token_not_yet_valid',
    ],
  ])(
    'the times of a token are checked with 30 seconds of leeway: %s',
    async (_, overrides, expected) => {
      expect(await reasonFor(await mint(key, goodClaims(overrides)))).toBe(expected)
    },
  )

  it('the claims must name the tenant where one is wanted', async () => {
    const tenanted = { tenantClaim: 'org' }
    expect(await reasonFor(await mint(key), tenanted)).toBe('claim_missing')
    const result = await verifier(tenanted).verify(
      await mint(key, goodClaims({ org: 'acme' })),
      RESOURCE,
    )
    expect(result).toMatchObject({ value: { principal: { tenant: 'acme' } } })
  })
})

describe('options', () => {
  it.each<[string, Partial<JwtVerifierOptions>]>([
    ['HS256', { algorithms: ['ES256', 'HS256'] }],
    ['none', { algorithms: ['none'] }],
    ['no algorithm', { algorithms: [] }],
    ['an algorithm that nobody knows', { algorithms: ['ES257'] }],
    ['an issuer over http', { issuer: 'http://login.example' }],
    ['an issuer that is no URL', { issuer: 'login' }],
    ['an issuer with a query', { issuer: 'https://login.example?x' }],
    ['keys over http', { jwksUri: 'http://login.example/jwks' }],
    ['keys at a URL with a password', { jwksUri: 'https://a:b@login.example/jwks' }],
    ['keys in a file', { jwksUri: 'file:///etc/jwks' }],
  ])('the options of a verifier are refused at creation: %s', (_, options) => {
    expect(() => verifier(options)).toThrow(TypeError)
  })

  it('the options of a verifier allow a loopback issuer over http', () => {
    expect(() => verifier({ issuer: 'http://127.0.0.1:3003' })).not.toThrow()
  })

  it('the options of a verifier cannot be changed after creation', async () => {
    const algorithms = ['ES256']
    const one = verifier({ algorithms })
    algorithms.push('RS256')
    expect(await one.verify(await mint(rsa), RESOURCE)).toMatchObject({
      refusal: { reason: 'algorithm_refused' },
    })
  })
})

describe('the memory of verified tokens', () => {
  it('the memory of verified tokens serves a token for its own audience only', async () => {
    const one = verifier({ cache: {} })
    expect((await one.verify(good, RESOURCE)).ok).toBe(true)
    expect(await one.verify(good, 'https://api.example')).toMatchObject({
      refusal: { reason: 'audience_mismatch' },
    })
  })

  it('the memory of verified tokens does not mistake a token for another that begins like it', async () => {
    const one = verifier({ cache: {} })
    await one.verify(good, RESOURCE)
    const forged = `${goodHeader}.${goodPayload}.${Buffer.alloc(64, 7).toString('base64url')}`
    expect(await one.verify(new Credential(forged), RESOURCE)).toMatchObject({
      refusal: { reason: 'signature_invalid' },
    })
  })

  it('the memory of verified tokens does not outlive the token', async () => {
    const time = clock()
    const one = verifier({ cache: { maxAge: 3600 }, now: time.now })
    await one.verify(good, RESOURCE)
    time.advance(331)
    expect(await one.verify(good, RESOURCE)).toMatchObject({ refusal: { reason: 'token_expired' } })
  })

  it('the memory of verified tokens serves while the issuer is down, and forgets the oldest token first', async () => {
    const time = clock()
    const issuer = fakeIssuer([key])
    const one = verifier(
      { cache: { maxEntries: 2, maxAge: 5000 }, staleFor: 0, now: time.now },
      issuer,
    )
    const tokens = await Promise.all(
      ['a', 'b', 'c'].map((jti) => mint(key, goodClaims({ jti, exp: START + 10_000 }))),
    )
    for (const token of tokens) expect((await one.verify(token, RESOURCE)).ok).toBe(true)
    issuer.answer = () => new Response(null, { status: 500 })
    time.advance(700)
    const results = await Promise.all(
      [...tokens].reverse().map((token) => one.verify(token, RESOURCE)),
    )
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false])
  })
})
