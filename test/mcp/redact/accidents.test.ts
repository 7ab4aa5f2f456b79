// Forms that a credential takes by accident: printed buffers, hexdumps, wrapped lines, other
// character sets. And what looks like one of them, and must come through as it is.

import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { jwt, MARKER, random, redactorOf } from './parts.ts'

const token = jwt('accident')
const opaque = random('accident opaque', 43)
const SECRETS = { 'a JWT': token, 'an opaque token': opaque }
const redactor = redactorOf(token, opaque)
const [header = '', payload = '', signature = ''] = token.split('.')

const bytesOf = (text: string) => [...Buffer.from(text)]
const hexPairs = (text: string) => bytesOf(text).map((byte) => byte.toString(16).padStart(2, '0'))
const inGroups = (text: string, size: number, separator: string) =>
  (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(separator)
const base64 = (text: string) => Buffer.from(text).toString('base64')
const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const swapped = (text: string) => utf16(text).swap16()
const each = (text: string, write: (code: number) => string) =>
  [...text].map((one) => write(one.charCodeAt(0))).join('')
const hex4 = (code: number) => code.toString(16).padStart(4, '0')

/** As `hexdump -C` prints it. */
function hexdump(text: string): string {
  const lines = inGroups(text, 16, '\n').split('\n')
  return lines
    .map((line, at) => {
      const pairs = hexPairs(line)
      const columns = `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`
      return `${(at * 16).toString(16).padStart(8, '0')}  ${columns.padEnd(48)}  |${line.replace(/[^\w]/g, '.')}|`
    })
    .join('\n')
}

/** As `xxd` prints it. */
function xxd(text: string): string {
  const lines = inGroups(text, 16, '\n').split('\n')
  return lines
    .map((line, at) => {
      const groups = inGroups(hexPairs(line).join(''), 4, ' ')
      return `${(at * 16).toString(16).padStart(8, '0')}: ${groups.padEnd(39)}  ${line.replace(/[^\w]/g, '.')}`
    })
    .join('\n')
}

/** Quoted-printable with every character escaped, in lines of 76 (RFC 2045 section 6.7). */
function quotedPrintable(text: string): string {
  const all = each(text, (code) => `=${code.toString(16).toUpperCase()}`)
  return inGroups(all, 75, '=\r\n')
}

const TEXTS: Readonly<Record<string, (text: string) => string>> = {
  'JSON of UTF-16 that was read as Latin-1': (text) =>
    JSON.stringify({ [utf16(text).toString('latin1')]: 1 }),
  'JSON in JSON of UTF-16 that was read as Latin-1': (text) =>
    JSON.stringify({ a: JSON.stringify([utf16(text).toString('latin1')]) }),
  'a list of bytes': (text) => `[${bytesOf(text).join(',')}]`,
  'a list of bytes with spaces': (text) => bytesOf(text).join(', '),
  'a list of bytes, a line each': (text) => JSON.stringify(bytesOf(text), null, 2),
  'JSON of a Buffer': (text) => JSON.stringify(Buffer.from(text)),
  'JSON of a Buffer in JSON': (text) => JSON.stringify(JSON.stringify(Buffer.from(text), null, 2)),
  'JSON of a Uint8Array': (text) => JSON.stringify(new Uint8Array(Buffer.from(text))),
  'JSON of a Uint8Array, indented': (text) =>
    JSON.stringify(new Uint8Array(Buffer.from(text)), null, 2),
  'JSON of a Uint8Array in JSON': (text) =>
    JSON.stringify(JSON.stringify(new Uint8Array(Buffer.from(text)))),
  'bytes in Python': (text) => `bytes([${bytesOf(text).join(', ')}])`,
  'hex with spaces': (text) => hexPairs(text).join(' '),
  'HEX with spaces': (text) => hexPairs(text).join(' ').toUpperCase(),
  'hex with colons': (text) => hexPairs(text).join(':'),
  'percent, as the name of a tool': (text) => `_${hexPairs(text).join('_')}`,
  'hex with dashes': (text) => hexPairs(text).join('-'),
  'hex with commas': (text) => hexPairs(text).join(', '),
  'hex with 0x': (text) => hexPairs(text).join(', 0x').replace(/^/, '0x'),
  'hex in lines': (text) => inGroups(hexPairs(text).join(''), 32, '\n'),
  'a printed Buffer': (text) => `<Buffer ${hexPairs(text).join(' ')}>`,
  hexdump: hexdump,
  xxd: xxd,
  'UTF-16LE in hex': (text) => utf16(text).toString('hex'),
  'UTF-16BE in hex': (text) => swapped(text).toString('hex'),
  'UTF-16LE in base64': (text) => utf16(text).toString('base64'),
  'UTF-16BE in base64': (text) => swapped(text).toString('base64'),
  'UTF-16LE as characters': (text) => utf16(text).toString('latin1'),
  'UTF-16BE as characters': (text) => swapped(text).toString('latin1'),
  'UTF-16LE as bytes': (text) => `[${[...utf16(text)].join(',')}]`,
  ...Object.fromEntries(
    [4, 5, 8, 10, 12, 16, 20, 24, 60, 64, 76].flatMap((size) => [
      [`base64 in lines of ${size}`, (text: string) => inGroups(base64(text), size, '\n')],
      [`base64 in lines of ${size}, CRLF`, (text: string) => inGroups(base64(text), size, '\r\n')],
      [
        `base64 in indented lines of ${size}`,
        (text: string) => inGroups(base64(text), size, '\n  '),
      ],
      [`base64 in groups of ${size}`, (text: string) => inGroups(base64(text), size, ' ')],
      [`base64 in lines of ${size} in JSON`, (text: string) => inGroups(base64(text), size, '\\n')],
    ]),
  ),
  'quoted-printable': quotedPrintable,
  octal: (text) => each(text, (code) => `\\${code.toString(8).padStart(3, '0')}`),
  'escapes with braces': (text) => each(text, (code) => `\\u{${code.toString(16)}}`),
  'code points': (text) => each(text, (code) => `U+${hex4(code).toUpperCase()} `),
  'code points in a row': (text) => each(text, (code) => `U+${hex4(code).toUpperCase()}`),
  'HTML, decimal': (text) => each(text, (code) => `&#${code};`),
  'HTML, with zeros': (text) => each(text, (code) => `&#x${hex4(code)};`),
}

describe.each(Object.entries(SECRETS))('%s', (_, secret) => {
  const random = secret === token ? signature : secret

  it.each(Object.keys(TEXTS))('is removed from a text: %s', (name) => {
    const write = TEXTS[name] ?? String
    // The random part may begin anywhere.
    for (const before of ['', 'a', 'ab', '{"access_token":"', 'Bearer ']) {
      const coded = write(`${before}${secret}`)
      for (const text of [coded, `It was: ${coded}`, `(${coded}) and more`, `x\n${coded}\nx`]) {
        const { value, hits, withheld } = redactor.json({ text })
        expect({ name, text, hits: hits > 0, withheld }).toEqual({
          name,
          text,
          hits: true,
          withheld: 0,
        })
        // Nobody can put the token together again.
        const kept = JSON.stringify(value)
        expect(kept).not.toContain(write(random.slice(15, 31)).slice(0, 40))
      }
    }
  })

  const VALUES: Readonly<Record<string, (text: string) => unknown>> = {
    'a list of bytes': bytesOf,
    'a list of signed bytes': (text) => [...Int8Array.from(Buffer.from(text))],
    'a Buffer': (text) => Buffer.from(text).toJSON(),
    'a Uint8Array': (text) => JSON.parse(JSON.stringify(new Uint8Array(Buffer.from(text)))),
    'UTF-16 units': (text) =>
      [...new Uint16Array(utf16(text).buffer.slice(0))]
        .slice(0, 0)
        .concat([...text].map((one) => one.charCodeAt(0))),
    'UTF-16LE bytes': (text) => [...utf16(text)],
  }

  it.each(Object.keys(VALUES))('is removed from a value: %s', (name) => {
    const value = VALUES[name]?.(`{"token":"${secret}"}`)
    expect(redactor.json({ list: [{ value }], other: [1, 2, 3] })).toMatchObject({
      hits: 1,
      withheld: 0,
    })
    expect(JSON.stringify(redactor.json({ list: [{ value }] }).value)).toContain(MARKER)
  })
})

describe('the first and the last line of a dump', () => {
  const key = random('accident dump', 64)

  it.each<[string, (text: string) => string]>([
    ['hexdump', hexdump],
    ['xxd', xxd],
    ['hexdump in JSON', (text) => JSON.stringify(hexdump(text))],
    ['hexdump, with more around', (text) => `It was:\n${hexdump(text)}\n00000050\nas I said.`],
  ])('are removed, however short: %s', (_, write) => {
    for (let length = 32; length <= 64; length++) {
      const secret = key.slice(0, length)
      const { value, withheld } = redactorOf(secret).json(write(`a: ${secret}`))
      expect(withheld).toBe(0)
      expect(value).not.toContain(hexPairs(secret.slice(-1)).join(''))
      expect(value).not.toMatch(/\|/)
    }
  })
})

describe('a token that was taken apart', () => {
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const bytes = Buffer.from(signature, 'base64url')

  it.each<[string, unknown]>([
    ['base64url', signature],
    ['base64', bytes.toString('base64')],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ['hex with colons', inGroups(bytes.toString('hex'), 2, ':')],
    ['bytes', [...bytes]],
    ['signed bytes', [...new Int8Array(bytes)]],
    ['a Buffer', bytes.toJSON()],
    ['a printed list', bytes.join(', ')],
  ])('loses its signature: %s', (_, written) => {
    const decoded = { header: { alg: 'ES256' }, payload: { iss: claims.iss }, signature: written }
    const { value, hits } = redactor.json(decoded)
    expect(hits).toBeGreaterThan(0)
    expect(value).toMatchObject({ header: decoded.header, payload: decoded.payload })
    expect(JSON.stringify(value)).not.toContain(JSON.stringify(written))
  })

  it('loses its id, and keeps what others share', () => {
    expect(redactor.json({ payload: claims }).value).toEqual({
      payload: { ...claims, jti: MARKER },
    })
    expect(redactor.json(`${header}.${payload}`).value).toBe(`${header}.${MARKER}`)
  })
})

describe('an ordinary value comes through as it is:', () => {
  const others = jwt('somebody else')
  const table = Array.from({ length: 40 }, (_, row) =>
    Array.from({ length: 12 }, (_, column) => (row * 7 + column * 13) % 256),
  )
  it.each<[string, unknown]>([
    ['numbers', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
    ['a table of small numbers', table],
    ['a table as text', table.map((row) => row.join(', ')).join('\n')],
    ['an object with numbers for keys', Object.fromEntries(table[3]?.entries() ?? [])],
    ['random bytes', randomBytes(300).toJSON()],
    ['a hexdump of random bytes', hexdump(randomBytes(300).toString('latin1'))],
    ['a MAC address', '00:1b:44:11:3a:b7 00:1b:44:11:3a:b8'],
    ['IPv6', 'fe80::1ff:fe23:4567:890a 2001:0db8:85a3:0000:0000:8a2e:0370:7334'],
    ['a certificate fingerprint', inGroups(randomBytes(32).toString('hex').toUpperCase(), 2, ':')],
    ['dates', '2026-12-01 09:00:00, 2026-12-02 10:30:00, 2026-12-03 11:45:00.123'],
    ['UUIDs', Array.from({ length: 5 }, () => randomUUID()).join(' ')],
    [
      'a presigned URL',
      `https://s3.example/k?X-Amz-Signature=${randomBytes(32).toString('hex')}&a=%41`,
    ],
    ["somebody else's JWT", others],
    [
      "somebody else's JWT, taken apart",
      JSON.parse(Buffer.from(others.split('.')[1] ?? '', 'base64url').toString()),
    ],
    [
      "somebody else's signature in hex",
      Buffer.from(others.split('.')[2] ?? '', 'base64url').toString('hex'),
    ],
    ['an image in lines', inGroups(randomBytes(3000).toString('base64'), 76, '\r\n')],
    [
      'words of one length',
      'this that then them they when what were with will have been some more '.repeat(20),
    ],
    [
      'a poem',
      'The cat sat on the mat and ate the rat.\nThe dog saw the cat and ran.\n'.repeat(20),
    ],
    [
      'code',
      'const fox = [0x41, 0x42, 0xff]\nif (a=41 && b=42) { return "\\x41\\101\\u{1F511}" }\n'.repeat(
        9,
      ),
    ],
    [
      'a mail',
      'Subject: =?utf-8?Q?K=C3=B6ln?=\r\n\r\nThis is=20a line that is soft=\r\nly broken.\r\n',
    ],
    [
      'JSON in JSON',
      JSON.stringify(JSON.stringify({ text: 'a\nb', list: table[1], path: 'C:\\new\\table' })),
    ],
    ['null characters', 'a\0b\0c\0'.repeat(20)],
    ['HTML', '<a href="/x?a=1&amp;b=2">&#8364; 5 &#x1F511; caf&#233;</a>'],
  ])('%s', (_, value) => {
    expect(redactor.json({ value })).toEqual({ value: { value }, hits: 0, withheld: 0 })
  })
})
