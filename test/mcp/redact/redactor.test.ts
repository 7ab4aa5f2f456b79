// The redactor on what servers really send: JSON values, keys, cut and doubly encoded echoes; and
// what must come through as it is.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { workBudget } from '../../../src/mcp/redact/budget.ts'
import { jwt, MARKER, RUNS, random, redactorOf, TIMEOUT } from './parts.ts'

const WITHHELD = '[content withheld]'
const TOO_MUCH = '[content withheld: too much to search]'
const token = jwt('the token')
const [header = '', payload = '', signature = ''] = token.split('.')
const opaque = random('opaque', 43)
const key = 'sk-live-4f9A77b02Cc81d2E5590aF31'
const redactor = redactorOf(token, opaque, key)
const json = (value: unknown) => redactor.json(value)

describe('a JSON value', () => {
  it('loses credentials in values and keys at any depth, and nothing else', () => {
    const value = {
      content: [{ type: 'text', text: `Authorization: Bearer ${token}.` }],
      structuredContent: { [opaque]: { deep: [[`${opaque}${key}`, 1, null, true]] }, count: 3 },
      isError: false,
    }
    expect(json(value)).toEqual({
      value: {
        content: [{ type: 'text', text: `Authorization: Bearer ${MARKER}.` }],
        structuredContent: { [MARKER]: { deep: [[MARKER, 1, null, true]] }, count: 3 },
        isError: false,
      },
      hits: 3,
      withheld: 0,
    })
  })

  it('keeps two keys apart when each of them held a credential', () => {
    expect(json({ [opaque]: 1, [key]: 2, [`${MARKER} 2`]: 3 }).value).toEqual({
      [MARKER]: 1,
      [`${MARKER} 2`]: 2,
      [`${MARKER} 2 2`]: 3,
    })
  })

  it('comes back as the same object where nothing was removed, and shares its untouched parts', () => {
    const clean = { list: [{ text: 'clean' }] }
    expect(json(clean).value).toBe(clean)
    const { value } = json({ clean, dirty: opaque })
    expect((value as { clean: unknown }).clean).toBe(clean)
  })

  it('with a key `__proto__` keeps it as a key and changes no prototype', () => {
    const value: unknown = JSON.parse(
      `{"__proto__":{"token":"${opaque}"},"constructor":"${opaque}"}`,
    )
    const redacted = json(value).value
    expect(JSON.stringify(redacted)).toBe(
      `{"__proto__":{"token":"${MARKER}"},"constructor":"${MARKER}"}`,
    )
    expect(Object.getPrototypeOf(redacted)).toBe(Object.prototype)
    expect(({} as { token?: unknown }).token).toBeUndefined()
  })

  it('may be a bare string, a number or nothing', () => {
    expect(json(`x${opaque}`).value).toBe(`x${MARKER}`)
    expect(
      redactorOf('123456789012').json([123456789012, 1234567890123, 12345678901]).value,
    ).toEqual([MARKER, `${MARKER}3`, 12345678901])
    expect(json(undefined)).toEqual({ value: undefined, hits: 0, withheld: 0 })
    expect(json(null)).toEqual({ value: null, hits: 0, withheld: 0 })
  })

  it(
    'stays JSON, is equal where nothing was hit, and holds no planted credential, whatever it is',
    () => {
      fc.assert(
        fc.property(
          fc.jsonValue({ maxDepth: 4 }),
          fc.constantFrom(token, opaque, key),
          fc.string(),
          (value, secret, around) => {
            expect(json(value).value).toBe(value)
            const { value: redacted, hits } = json({
              value,
              list: [{ [`${around}${secret}`]: value }, `${secret}${around}`],
            })
            const text = JSON.stringify(redacted)
            expect(text).not.toContain(secret)
            expect(hits).toBe(2)
            expect(JSON.parse(text)).toEqual({
              value: JSON.parse(JSON.stringify(value)),
              list: [expect.anything(), `${MARKER}${around}`],
            })
          },
        ),
        { numRuns: RUNS },
      )
    },
    TIMEOUT,
  )

  it('is cut at 128 levels, also when it has 100,000', () => {
    let value: unknown = opaque
    for (let level = 0; level < 100_000; level++) value = [value]
    const { value: redacted, withheld } = json(value)
    expect(withheld).toBe(1)
    expect(JSON.stringify(redacted)).toBe(`${'['.repeat(128)}"${WITHHELD}"${']'.repeat(128)}`)
    let shallow: unknown = opaque
    for (let level = 0; level < 128; level++) shallow = { shallow }
    expect(json(shallow)).toMatchObject({ hits: 1, withheld: 0 })
  })

  it('is withheld when it spells a secret that is itself JSON', () => {
    const secret = '{"private_key":"abc","id":7}'
    const { value, hits } = redactorOf(secret).json({ account: JSON.parse(secret) })
    expect(value).toBe(WITHHELD)
    expect(hits).toBe(1)
    expect(redactorOf(secret).json({ account: { id: 7, private_key: 'abc' } }).hits).toBe(0)
    expect(redactorOf(secret).json({ text: secret, other: 1 })).toEqual({
      value: { text: MARKER, other: 1 },
      hits: 1,
      withheld: 0,
    })
  })
})

describe('a part of a credential', () => {
  it.each([
    ['the first 20 characters of the signature', signature.slice(0, 20)],
    ['the last 12 characters of the signature', signature.slice(-12)],
    ['any 12 characters of the signature', signature.slice(31, 43)],
    ['the signature', signature],
    ['the payload', payload],
    ['the last 30 characters of the token', token.slice(-30)],
    ['the first 20 characters of an opaque token', opaque.slice(0, 20)],
    ['the last 20 characters of an opaque token', opaque.slice(-20)],
    ['the middle of a key', key.slice(10, 30)],
  ])('is removed from a value: %s', (_, piece) => {
    expect(json({ text: `token=${piece}…` })).toEqual({
      value: { text: `token=${MARKER}…` },
      hits: 1,
      withheld: 0,
    })
  })

  it('is removed when it has 12 characters or more, wherever it is cut', () => {
    for (let from = 0; from + 12 <= signature.length; from++) {
      for (const length of [12, 13, 19, 40]) {
        const piece = signature.slice(from, from + length)
        if (piece.length < 12) continue
        expect(json(`(${piece})`).value).toBe(`(${MARKER})`)
      }
      expect(json(`(${signature.slice(from, from + 11)})`).hits).toBe(0)
    }
  })

  it('is removed behind the payload, however short it is', () => {
    const cut = `${payload}.${signature.slice(0, 9)}`
    const reversed = [...cut].reverse().join('')
    expect(json(`${header}.${cut}`).value).toBe(`${header}.${MARKER}`)
    expect(json(`cut: ${reversed}.`).value).toBe(`cut: ${MARKER}.`)
    expect(json(`${header}.${payload}.-${signature.slice(0, 9)}`).value).toBe(
      `${header}.${MARKER}-${signature.slice(0, 9)}`,
    )
  })

  it('is removed when a token is split over several fields', () => {
    const half = header.length + payload.length + 40
    expect(json({ first: token.slice(0, half), second: token.slice(half) }).value).toEqual({
      first: `${header}.${MARKER}`,
      second: MARKER,
    })
    expect(json({ header, payload, signature }).value).toEqual({
      header,
      payload: MARKER,
      signature: MARKER,
    })
  })

  it('is left alone when it is made of words, or comes from the words before the random part', () => {
    const words = redactorOf('taskflow-demo-api-key-for-everyone')
    expect(words.json('taskflow-demo-api-key').hits).toBe(0)
    expect(words.json('taskflow-demo-api-key-for-everyone').hits).toBe(1)
    const vendor = redactorOf(`github_pat_personal_access_${random('vendor', 40)}`)
    expect(vendor.json('github_pat_personal_access_token').hits).toBe(0)
    expect(vendor.json(random('vendor', 40).slice(0, 20)).hits).toBe(1)
    const between = redactorOf(
      `${random('vendor', 30)}-personal-access-token-${random('other', 30)}`,
    )
    expect(between.json('a-personal-access-token-').hits).toBe(0)
    expect(
      between.json([random('vendor', 30).slice(5, 25), random('other', 30).slice(5, 25)]).hits,
    ).toBe(2)
  })
})

it('a JWT whose signature is made of words raises no alarm about these words', () => {
  const words = 'the-quarterly-report-for-all-customers-of-the-house'
  for (const signature of [words, `${words}-${random('tail', 14)}`]) {
    const odd = redactorOf(`${header}.${payload}.${signature}`)
    expect(odd.json(`Here is ${words}.`).hits).toBe(0)
    expect(odd.json(`Here is ${[...words].reverse().join('')}.`).hits).toBe(0)
    expect(odd.json(`Here is ${header}.${payload}.${signature}`).value).toBe(`Here is ${MARKER}`)
  }
  const odd = redactorOf(`${header}.${payload}.${words}-${random('tail', 14)}`)
  expect(odd.json(random('tail', 14)).hits).toBe(1)
})

describe('a credential in encodings on top of each other', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const hex = (text: string) => Buffer.from(text).toString('hex')
  const escapes = (text: string) =>
    text.replace(/./g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`)
  const every = (text: string, write: (code: number) => string) =>
    text.replace(/./g, (one) => write(one.charCodeAt(0)))
  const NESTED: Readonly<Record<string, (text: string) => string>> = {
    'base64 twice': (text) => base64(base64(text)),
    'base64url in base64': (text) => base64(Buffer.from(text).toString('base64url')),
    'base64 right after letters': (text) => `prefix${base64(base64(text))}`,
    'base64 twice in the middle of other bytes': (text) =>
      base64(`\xff\xfe${base64(`{"t":"${text}"}`)}\xff`),
    'base64 three times': (text) => base64(base64(base64(text))),
    'base64 in lines of 64': (text) => base64(text).replace(/.{64}/g, '$&\r\n'),
    'base64 in lines of 76': (text) =>
      base64(`Authorization: Bearer ${text}`).replace(/.{76}/g, '$&\n'),
    'hex of base64': (text) => hex(base64(text)),
    'hex of base64 right after a digit': (text) => `7${hex(base64(text))}`,
    'base64 of hex': (text) => base64(hex(text)),
    'percent of base64': (text) => encodeURIComponent(base64(`??>>${text}`)),
    'percent twice': (text) => encodeURIComponent(every(text, (code) => `%${code.toString(16)}`)),
    'percent for every second character': (text) =>
      text.replace(
        /(.)(.)/g,
        (_, one: string, two: string) => `${one}%${two.charCodeAt(0).toString(16)}`,
      ),
    'JSON escapes in a JSON string': (text) => JSON.stringify(escapes(text)),
    'JSON escapes for some characters': (text) => text.replace(/[a-f]/g, escapes),
    'JavaScript escapes': (text) => every(text, (code) => `\\x${code.toString(16)}`),
    'HTML entities': (text) => every(text, (code) => `&#${code};`),
    'HTML entities, hex': (text) => every(text, (code) => `&#x${code.toString(16)};`),
    'percent of JSON escapes': (text) => encodeURIComponent(escapes(text)),
  }

  it.each(Object.keys(NESTED))('is removed: %s', (name) => {
    const encode = NESTED[name] ?? String
    for (const secret of [token, opaque, key]) {
      const { value, hits, withheld } = json({ text: `before "${encode(secret)}" behind` })
      expect(hits).toBeGreaterThan(0)
      expect(withheld).toBe(0)
      expect(JSON.stringify(value)).toMatch(
        /^\{"text":"before .*\[credential removed\].* behind"\}$/,
      )
      expect(JSON.stringify(value).length).toBeLessThan(200)
    }
  })

  it('is removed when only a piece of it was encoded', () => {
    expect(json(`x ${base64(`${signature.slice(0, 24)}`)} x`).value).toBe(`x ${MARKER} x`)
    expect(json(`x ${hex(signature.slice(0, 24))} x`).value).toBe(`x ${MARKER} x`)
  })

  it('is removed when 12 characters of it stand among other bytes, wherever in them', () => {
    const piece = signature.slice(5, 17)
    for (let before = 0; before < 16; before++) {
      for (let after = 0; after < 16; after++) {
        const bytes = Buffer.concat([
          Buffer.alloc(before, 0xfe),
          Buffer.from(piece),
          Buffer.alloc(after, 0xfe),
        ])
        for (const form of ['base64', 'base64url', 'hex'] as const) {
          const run = bytes.toString(form).replace(/=+$/, '')
          expect(json(run).hits, `${form} ${before} ${after}`).toBe(1)
        }
      }
    }
  })

  it('is removed with the whole encoded run around it, and nothing else is', () => {
    const mixed = signature.replace(
      /(.)(.)/g,
      (_, one: string, two: string) => `${one}%${two.charCodeAt(0).toString(16)}`,
    )
    for (const [before, behind] of [' ', '""', "''", '<>', '\n\t'].map((ends) => [
      ends.at(0),
      ends.at(-1),
    ])) {
      expect(json(`50%20off keep${before}t=${mixed}${behind}keep`).value).toBe(
        `50%20off keep${before}${MARKER}${behind}keep`,
      )
    }
    expect(json(`keep\n${base64(base64(opaque))}\n. keep\nkeep`).value).toBe(
      `keep\n${MARKER}\n. keep\nkeep`,
    )
  })

  it('is removed through two encodings more than a form has, and not through three', () => {
    expect(json(base64(base64(base64(opaque)))).hits).toBe(1)
    expect(json(base64(base64(base64(base64(opaque))))).hits).toBe(0)
  })

  it('is never passed unsearched: what looks encoded is withheld when the budget is spent', () => {
    const [large, other] = ['A'.repeat(1_000_000), 'C'.repeat(1_000_000)]
    const spent = (value: unknown) => redactor.json(value, workBudget({ steps: 5_000_000 }))
    expect(spent([large])).toEqual({ value: [large], hits: 0, withheld: 0 })
    const short = { c: 'short', d: 'plain words pass' }
    expect(spent({ a: large, b: other, ...short, e: 'B'.repeat(24) })).toEqual({
      value: { a: large, b: TOO_MUCH, ...short, e: TOO_MUCH },
      hits: 0,
      withheld: 2,
    })
    expect(spent({ a: large, b: other, c: opaque, [opaque]: 1 })).toEqual({
      value: { a: large, b: TOO_MUCH, c: MARKER, [MARKER]: 1 },
      hits: 2,
      withheld: 1,
    })
    // What lies across several texts could not be searched either.
    expect(spent([large, other, 'short']).value).toBe(WITHHELD)
  })

  it('is found in any answer that is taken in by default, if it is one large image', () => {
    const image = randomBytes(6_291_456).toString('base64')
    expect(json([image])).toEqual({ value: [image], hits: 0, withheld: 0 })
    expect(json([image.slice(0, -40) + base64(opaque)])).toMatchObject({ hits: 1, withheld: 0 })
  })
})

describe('a text that the redactor does not change:', () => {
  const others = jwt('somebody else')
  it.each([
    [
      'a presigned URL',
      `https://s3.example/b/k?X-Amz-Credential=AKIA%2F20261122%2Feu&X-Amz-Signature=${hexOf(32)}&x=%20y`,
    ],
    ['a SHA-256', hexOf(32)],
    ['a SHA-256 of the token', createHash('sha256').update(token).digest('base64')],
    ['a git commit', hexOf(20)],
    ['a UUID', randomUUID()],
    ["somebody else's JWT of the same issuer", others],
    ['the header that all tokens of the issuer share', header],
    ["somebody else's opaque token", random('else', 43)],
    [
      'the words around a token',
      'Authorization: Bearer <token>, access_token, sk-live-…, [credential]',
    ],
    [
      'a PEM certificate',
      `-----BEGIN CERTIFICATE-----\n${randomBytes(600).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----`,
    ],
    ['an image', `data:image/png;base64,${randomBytes(5000).toString('base64')}`],
    ['other scripts', 'Ключ от всех дверей — 鍵 — 🔑🔑🔑 — \ud83d'],
    ['escapes', 'a%20b%zz% \\u0041\\n\\x41 &amp; &#65; &#x1F511;'],
    ['11 characters of the token', signature.slice(0, 11)],
  ])('%s', (_, text) => {
    expect(redactor.text(text)).toEqual({ text, hits: 0 })
    expect(json({ [text]: [text] })).toEqual({ value: { [text]: [text] }, hits: 0, withheld: 0 })
  })

  it('any text, when there are no credentials to look for', () => {
    const none = redactorOf()
    const value = { token, list: [opaque] }
    expect(none.text(token)).toEqual({ text: token, hits: 0 })
    expect(none.json(value).value).toBe(value)
    expect(none.tooShort).toBe(0)
  })
})

it('the redactor counts secrets of fewer than 12 characters, and does not look for them', () => {
  const short = redactorOf('hunter2', 'elevenchars', 'hunter2', opaque)
  expect(short.tooShort).toBe(2)
  expect(short.text(`hunter2 elevenchars ${opaque}`)).toEqual({
    text: `hunter2 elevenchars ${MARKER}`,
    hits: 1,
  })
  expect(short.json('hunter2').hits).toBe(0)
})

function hexOf(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
