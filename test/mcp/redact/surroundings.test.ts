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
