// The texts of an answer are looked at together. A text is redacted as if it were alone, whatever
// stands beside it: no neighbour hides a credential, and none makes one up.

import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodings } from '../../../src/cli/leaktest/search/encodings.ts'
import { createScan } from '../../../src/cli/leaktest/search/scanner.ts'
import { jwt, random, redactorOf } from './parts.ts'

const token = jwt('texts')
const opaque = random('texts', 43)
const redactor = redactorOf(token, opaque, '123456789012')
/** The shortest piece that counts: what a neighbour takes away of it, is missed. */
const piece = opaque.slice(9, 21)

const hex = (text: string) => Buffer.from(text).toString('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const groups = (text: string, size: number, between: string) =>
  (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(between)
const dump = (text: string) =>
  [text.slice(0, 16), text.slice(16, 32)]
    .map((line, at) => `000000${at}0  ${groups(hex(line), 2, ' ')}  |${line}|`)
    .join('\n')

const DISGUISES: Readonly<Record<string, string>> = {
  plain: piece,
  base64: base64(piece),
  hex: hex(piece),
  'base64 in groups': groups(base64(piece), 4, ' '),
  'base64 in lines': groups(base64(`${piece}${piece}`), 16, '\n'),
  'hex in groups': groups(hex(piece), 4, ' '),
  bytes: [...Buffer.from(piece)].join(','),
  percent: hex(piece).replace(/../g, '%$&'),
  'characters that stand apart': [...piece].join(' '),
  'UTF-16': Buffer.from(piece, 'utf16le').toString('latin1'),
  'invisible characters': [...piece].join('\u200b'),
  'a dump': dump(opaque.slice(0, 32)),
  gzip: gzipSync(opaque).toString('base64'),
  'gzip in lines': groups(gzipSync(token).toString('base64'), 40, '\n'),
  'gzip below another line': `A1b2C3d4E5f6G7h8\n${groups(gzipSync(token).toString('base64'), 30, '\n')}`,
  'gzip behind a line break': `x\\n${gzipSync(token).toString('base64')}`,
  capital: opaque.toUpperCase(),
}
const NEIGHBOURS = [
  'abcd',
  'it is x',
  'x ',
  '%',
  '=',
  '\\',
  '4',
  '1,2,3,',
  'abcd abcd abcd',
  '00000000  41 42 43',
  ' ',
  '\n',
  '&#',
  'H4sI',
  '\0',
  '\u200b',
  'é',
  '鍵',
  'A'.repeat(70_000),
]

describe.each(Object.entries(DISGUISES))('%s', (_, text) => {
  it.each(NEIGHBOURS.map((one) => [one.slice(0, 20), one]))(
    'is removed beside %j',
    (_name, neighbour) => {
      const alone = redactor.json(text)
      expect(alone).toMatchObject({ withheld: 0 })
      expect(alone.hits).toBeGreaterThan(0)
      const { value } = redactor.json({ a: neighbour, b: { [text]: 1 }, c: [text, neighbour] })
      expect(value).toEqual({
        a: neighbour,
        b: { [String(alone.value)]: 1 },
        c: [alone.value, neighbour],
      })
    },
  )
})

it('a number is a text, and the same beside others', () => {
  const { value } = redactor.json({ a: [1, 123456789012, 34567890123], b: 12 })
  expect(value).toEqual({ a: [1, '[credential removed]', 34567890123], b: 12 })
})

it('thousands of texts are searched, and their order is kept', () => {
  const rows = Array.from({ length: 5000 }, (_, index) => ({ id: `${index}`, at: 'x'.repeat(30) }))
  const dirty = rows.with(2345, { id: base64(piece), at: piece })
  expect(redactor.json(rows).value).toBe(rows)
  const { value, hits } = redactor.json(dirty)
  expect(hits).toBe(2)
  const marker = '[credential removed]'
  expect(value).toEqual(rows.with(2345, { id: marker, at: marker }))
})

/** Not undone over several texts: see SECURITY.md. */
const NOT_JOINED = /^(?:brotli|hexdump|line breaks)/
const scan = createScan([
  { kind: 'token', text: token, random: true },
  { kind: 'key', text: opaque, random: true },
])

describe.each(Object.entries(encodings).filter(([name]) => !NOT_JOINED.test(name)))(
  'a credential that is cut, %s',
  (_, encode) => {
    const cut = (text: string, count: number) =>
      groups(encode(text), Math.ceil(encode(text).length / count), '\0').split('\0')

    it.each([2, 3, 4, 5, 7, 10, 16, 33, 50])('leaves no piece of it in %i texts', (count) => {
      for (const secret of [token, opaque])
        for (const before of [[], [token], ['a text', opaque, encode(token)]]) {
          const texts = [...before, ...cut(secret, count)]
          const { value } = redactor.json({ content: texts.map((text) => ({ text })) })
          const left = typeof value === 'string' ? [value] : (value as Content).content
          const found = scan(left.map((one) => (typeof one === 'string' ? one : one.text)).join(''))
          expect(found.filter(({ part }) => part !== 'header')).toEqual([])
        }
    })
  },
)

interface Content {
  readonly content: readonly { readonly text: string }[]
}

it.each([
  ['\n', 'line feeds'],
  ['\r\n', 'returns and line feeds'],
  ['\\n', 'line feeds, as a JSON text has them'],
  ['\\r\\n', 'both, as a JSON text has them'],
])('a credential in lines is removed with its last line: %j', (between) => {
  for (const size of [12, 20, 32, 41]) {
    for (const secret of [token, opaque]) {
      const { value } = redactor.json(`I know ${groups(secret, size, between)}, so it is.`)
      const found = scan(String(value)).filter(({ part }) => part !== 'header')
      expect({ size, value, found }).toMatchObject({ found: [] })
    }
  }
})

it('what is found twice, where two blocks of a long text overlap, is removed once', () => {
  // A search for what is encoded has blocks of 65,536 characters, of which 8,192 are searched twice.
  const filler = 'They met. '.repeat(6000)
  const text = `${filler}${opaque} ${hex(token)} end`
  const expected = `${filler}[credential removed] [credential removed] end`
  expect(redactor.json([text])).toMatchObject({ value: [expected], hits: 2 })
})

it('a credential among too much to compare is not passed, whatever follows', () => {
  const repeated = 'aB1'.repeat(30)
  const { value, withheld } = redactorOf(repeated, opaque).json([
    `${'aB1'.repeat(9000)}${opaque}${'aB1'.repeat(9000)}${'They met. '.repeat(100_000)}`,
  ])
  expect(value).toEqual(['[content withheld: too much to search]'])
  expect(withheld).toBe(1)
})

it('the pieces of a credential do not take away what stands between them', () => {
  const texts = [opaque.slice(0, 14), 'in between', opaque.slice(14, 28), `${opaque.slice(28)} end`]
  const marker = '[credential removed]'
  expect(redactor.json(texts).value).toEqual([marker, 'in between', marker, `${marker} end`])
})
