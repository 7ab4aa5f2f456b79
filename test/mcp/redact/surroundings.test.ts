// What is left of a text does not say how long a credential was, nor anything else of it, in whatever
// encoding a server sent it back.

import { describe, expect, it } from 'vitest'
import { encodings } from '../../../src/cli/leaktest/search/encodings.ts'
import { LONG } from '../../long.ts'
import { jwt, random, redactorOf } from './parts.ts'

/** Not undone: see SECURITY.md. */
const NOT_REMOVED = /^brotli/

const KINDS: Readonly<Record<string, (length: number) => string>> = {
  'a JWT': (length) => jwt(`around ${length}`, 60 + length),
  'an opaque credential': (length) => random(`around ${length}`, 30 + length),
}

type Write = (encode: (text: string) => string, one: string, other: string) => string

const TOGETHER: Write = (encode, one, other) => `You sent ${encode(`${one} ${other}`)}\n`
const TEXTS: readonly Write[] = [
  (encode, one) => `You sent ${encode(one)}`,
  (encode, one, other) => `You sent ${encode(one)} ${encode(other)}`,
  TOGETHER,
  (encode, one, other) => JSON.stringify({ sent: [encode(one), encode(other)] }),
]

/** Where lines end behind a credential depends on its length, and nobody can tell what they were. */
const isInLines = (name: string) => /^line breaks/.test(name)

describe.each(Object.entries(encodings).filter(([name]) => !NOT_REMOVED.test(name)))(
  'what is left does not depend on the credential: %s',
  (name, encode) => {
    it.each(Object.keys(KINDS))('%s', (kind) => {
      const make = KINDS[kind] ?? String
      const pairs = Array.from({ length: LONG ? 48 : 6 }, (_, length) => {
        const [one, other] = [make(length), make(50 + 2 * length)]
        return { one, other, redactor: redactorOf(one, other) }
      })
      for (const text of isInLines(name) ? TEXTS.filter((one) => one !== TOGETHER) : TEXTS) {
        const left = pairs.map(
          ({ one, other, redactor }) => redactor.json(text(encode, one, other)).value,
        )
        expect([...new Set(left)]).toHaveLength(1)
      }
    })
  },
)

describe('what stands around an encoded credential stays', () => {
  const one = random('around one', 43)
  const other = random('around other', 43)
  const redactor = redactorOf(one, other)
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const hex = (text: string, between: string) =>
    Buffer.from(text)
      .toString('hex')
      .replace(/..(?!$)/g, `$&${between}`)
  const MARK = '[credential removed]'
  /** Lines of sixteen bytes, with their addresses, and the characters as they are told. */
  const dump = (text: string, last: string, characters: (row: string) => string) =>
    (text.match(/.{1,16}/g) ?? [])
      .map(
        (row, at) =>
          `${(16 * at).toString(16).padStart(8, '0')}  ${hex(row, ' ')}${characters(row)}`,
      )
      .concat(last)
      .join('\n')

  it.each([
    ['a word', `It was ${base64(one)} and no other`, `It was ${MARK} and no other`],
    ['an equals sign further on', `${base64(one)} a=b`, `${MARK} a=b`],
    ['a line below an empty one', `${base64(one)}.\n\nAnd so on`, `${MARK}.\n\nAnd so on`],
    ['the end of a sentence', `It was ${base64(one)}. They`, `It was ${MARK}. They`],
    [
      'a sentence between two',
      `${base64(one)}, which is not the same as ${base64(other)}!`,
      `${MARK}, which is not the same as ${MARK}!`,
    ],
    ['two words between two', `${base64(one)} and then ${base64(other)}!`, `${MARK}!`],
    [
      'text before and behind a dump',
      `It was:\n${dump(one, '', (row) => `  |${row}|`)}and no more`,
      `It was:\n${MARK}and no more`,
    ],
    [
      'the lines of a dump without a part of it',
      dump(`${'.'.repeat(32)}${one}`, 'The end', (row) => `  |${row}|`),
      `${dump('.'.repeat(32), '', (row) => `  |${row}|`)}${MARK}The end`,
    ],
    ['nothing of a dump without bars', dump(one, '', (row) => `  ${row}`), MARK],
    ['nothing of a dump without characters', dump(one, '', () => ''), MARK],
    ['not the length at its end', `${dump(one, '0000002b', (row) => `  |${row}|`)}\n`, MARK],
  ])('%s', (_, text, left) => {
    expect(redactor.json(text).value).toBe(left)
  })
})
