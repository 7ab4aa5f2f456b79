// The search for leaks, tested on its own: what it finds, what it does not take for a find, and that it tells no secret.

import { createHash, createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodings } from '../../src/cli/leaktest/search/encodings.ts'
import type { Secret } from '../../src/cli/leaktest/search/parts.ts'
import { createScan } from '../../src/cli/leaktest/search/scanner.ts'

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signature = randomBytes(64).toString('base64url')
const jti = randomBytes(32).toString('base64url')
const header = encoded({ alg: 'ES256', typ: 'at+jwt', kid: 'a1b2c3d4e5f60718' })
const payload = encoded({
  jti,
  sub: 'alice',
  iss: 'http://127.0.0.1:3003',
  aud: 'http://127.0.0.1:3000/chatkit',
  exp: 1_800_000_000,
})
const jwt: Secret = {
  kind: 'access token',
  owner: 'alice',
  text: `${header}.${payload}.${signature}`,
}
const opaque: Secret = {
  kind: 'refresh token',
  owner: 'bob',
  text: randomBytes(32).toString('base64url'),
}
const odd: Secret = { kind: 'client secret', text: 'p+/=%.~-_(x)[y]{2}^$|?*p' }
const scan = createScan([jwt, opaque, odd])
const partsIn = (text: string | Uint8Array) =>
  [...new Set(scan(text).map(({ part }) => part))].sort()

/** A page of harmless text on both sides, some of it base64, hex and escapes. */
const around = [...Array(16)].map(
  (_, n) =>
    `{"id":"${randomBytes(24).toString('base64')}","n":${n},"t":"a\\u0062c%20${randomBytes(16).toString('hex')}"}\n`,
)
const hidden = (leak: string) =>
  `${around.slice(0, 8).join('')}"value":"${leak}"${around.slice(8).join('')}`

describe.each(Object.keys(encodings))('a leak in the encoding "%s"', (name) => {
  const encode = encodings[name] ?? String
  it.each([
    ['a whole JWT', jwt.text, 'access token'],
    ['an opaque token', opaque.text, 'refresh token'],
    ['a JWT header alone', header, 'access token'],
    ['a JWT payload alone', payload, 'access token'],
    ['a JWT signature alone', signature, 'access token'],
    ['the id of a JWT', jti, 'access token'],
    [
      'a SHA-256 of the token',
      createHash('sha256').update(jwt.text).digest('base64url'),
      'access token',
    ],
  ])('is found: %s', (_, text, kind) => {
    expect(scan(hidden(encode(text))).map(({ secret }) => secret.kind)).toContain(kind)
  })
})

it('a secret with characters of every syntax is found in the encodings that keep its case or its characters', () => {
  for (const encode of Object.values(encodings))
    expect(scan(hidden(encode(odd.text))).map(({ secret }) => secret.kind)).toContain(
      'client secret',
    )
})

it('any 12 consecutive characters of a signature or an opaque token are found, and no 11 are', () => {
  for (const text of [signature, opaque.text]) {
    for (let at = 0; at + 12 <= text.length; at++) {
      for (const before of ['', 'x', 'xxxx'])
        expect(scan(`${before}|${text.slice(at, at + 12)}|`)).toHaveLength(1)
      expect(scan(`|${text.slice(at, at + 11)}|`)).toEqual([])
    }
  }
})

it('a piece of 24 characters is found at every offset, with any text before it in the same base64 or hex', () => {
  fc.assert(
    fc.property(
      fc.nat(signature.length - 24),
      fc.string({ maxLength: 20 }),
      fc.constantFrom('base64', 'base64url', 'hex'),
      (at, before, form) => {
        const leak = Buffer.from(`${before}${signature.slice(at, at + 24)}`).toString(
          form as BufferEncoding,
        )
        return scan(leak).some(({ part }) => part === 'signature')
      },
    ),
    { numRuns: 2000 },
  )
})

it('the first 20 characters of a token, as careless logs have them, are found', () => {
  expect(scan(`token=${jwt.text.slice(0, 20)}…`)).toMatchObject([
    { part: 'header', encoding: 'plain', characters: 20 },
  ])
})

it.each(['sha256', 'sha512', 'sha1', 'md5'])(
  'an unkeyed %s is found, and a keyed one is not',
  (algorithm) => {
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      expect(partsIn(createHash(algorithm).update(jwt.text).digest(form))).toEqual(['digest'])
      expect(partsIn(createHash(algorithm).update(jti).digest(form))).toEqual(['digest'])
      expect(
        partsIn(createHmac(algorithm, 'a key of the deployment').update(jwt.text).digest(form)),
      ).toEqual([])
    }
  },
)

it('a digest that the protocol publishes is not reported as a leak', () => {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  expect(
    createScan([{ kind: 'PKCE verifier', text: verifier, digestIsPublic: true }])(challenge),
  ).toEqual([])
  expect(createScan([{ kind: 'PKCE verifier', text: verifier }])(challenge)).toHaveLength(1)
})

it('a secret is found among bytes that are no valid text', () => {
  const bytes = Buffer.concat([randomBytes(5000), Buffer.from(opaque.text), randomBytes(5000)])
  expect(scan(bytes)).toEqual([
    { secret: opaque, part: 'whole', encoding: 'plain', characters: 43 },
  ])
})

it('a secret that is the start of a longer secret is reported as itself', () => {
  const long = randomBytes(48).toString('base64url')
  const both = createScan([
    { kind: 'short', text: long.slice(0, 32) },
    { kind: 'long', text: long },
  ])
  expect(both(long).map(({ secret, characters }) => [secret.kind, characters])).toEqual(
    expect.arrayContaining([
      ['short', 32],
      ['long', 64],
    ]),
  )
  expect(both(long.slice(32)).map(({ secret }) => secret.kind)).toEqual(['long'])
})

it('megabytes of other random text, in every encoding, give no false alarm', () => {
  const noise = [...Array(12_000)]
    .map((_, n) =>
      randomBytes(60).toString(n % 3 === 0 ? 'hex' : n % 3 === 1 ? 'base64' : 'base64url'),
    )
    .join('\n')
  expect(noise.length).toBeGreaterThan(1_000_000)
  expect(scan(noise)).toEqual([])
  expect(scan(hidden(''))).toEqual([])
})

it('a report holds no piece of the secret', () => {
  const report = JSON.stringify(
    Object.values(encodings).map((encode) =>
      scan(hidden(encode(jwt.text))).map((found) => ({ ...found, secret: found.secret.kind })),
    ),
  )
  expect(scan(report)).toEqual([])
})

it('a secret that is too short to be searched for is refused, and not quoted', () => {
  expect(() => createScan([{ kind: 'password', text: 'hunter2' }])).toThrow(
    new TypeError('A secret is too short to search for: password'),
  )
})
