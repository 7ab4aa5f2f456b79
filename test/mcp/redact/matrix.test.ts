// Every coding on top of every other, in every context: 8 shapes of secrets, 72 codings, 15
// contexts, 3 alignments. `npm test` tries a part of them.

import { describe, expect, it } from 'vitest'
import { LONG } from '../../long.ts'
import { jwt, random, redactorOf, TIMEOUT } from './parts.ts'

const SHAPES: Readonly<Record<string, string>> = {
  'a JWT, ES256': jwt('matrix'),
  'a JWT, RS256': jwt('matrix', 342),
  'an opaque token': random('matrix opaque', 43),
  'a short key': random('matrix short', 20),
  'a key with a prefix': 'sk-live-4f9A77b02Cc81d2E5590aF31',
  'hex digits': Buffer.from(random('matrix hex', 32)).toString('hex').slice(0, 40),
  'a UUID': '7b7e3a2c-9d14-4b6f-8a51-0c2f6e9d3b17',
  'words that are joined': 'taskflow-demo-api-key-for-everyone',
}

const each = (text: string, write: (code: number) => string) =>
  [...text].map((one) => write(one.charCodeAt(0))).join('')
const hexOf = (code: number) => code.toString(16).padStart(2, '0')

const CODINGS: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  HEX: (text) => Buffer.from(text).toString('hex').toUpperCase(),
  percent: (text) => each(text, (code) => `%${hexOf(code)}`),
  unicode: (text) => each(text, (code) => `\\u00${hexOf(code)}`),
  entities: (text) => each(text, (code) => `&#${code};`),
  javascript: (text) => each(text, (code) => `\\x${hexOf(code)}`),
}

const CONTEXTS: readonly (readonly [string, string])[] = [
  ['', ''],
  ['Authorization: Bearer ', ''],
  ['"', '"'],
  ['https://x/', ''],
  ['https://x.example/a?b=', '&c=d'],
  ['id_', ''],
  ['session-', ''],
  ['a', ''],
  ['', 'z'],
  ['', '/more'],
  ['0', ''],
  ['{"token":"', '","n":1}'],
  ['<b>', '</b>'],
  ['(', ')'],
  ['line\n', '\nline'],
]

const names = Object.keys(CODINGS)
const CHAINS: readonly (readonly string[])[] = [
  ...names.map((name) => [name]),
  ...names.flatMap((inner) => names.map((outer) => [inner, outer])),
]

describe.each(Object.entries(SHAPES))('%s', (_, secret) => {
  const redactor = redactorOf(secret)

  it.each(CHAINS)(
    'is found in %s %s',
    (...chain) => {
      let tried = 0
      const missed: string[] = []
      for (const [at, [before, behind]] of CONTEXTS.entries()) {
        for (const alignment of ['', ';', '; ']) {
          // Each context, with one alignment each.
          if (!LONG && (at + chain.join().length) % 3 !== alignment.length) continue
          const coded = chain.reduce(
            (text, name) => CODINGS[name]?.(text) ?? text,
            `${alignment}${secret}`,
          )
          const { value, hits } = redactor.json({ text: `${before}${coded}${behind}` })
          tried++
          const kept = JSON.stringify(value)
          const isGone = !kept.includes(JSON.stringify(coded.slice(-40, -16)).slice(1, -1))
          if (hits === 0 || !isGone) missed.push(`${before}${alignment}…${behind}`)
        }
      }
      expect(missed).toEqual([])
      expect(tried).toBe(LONG ? CONTEXTS.length * 3 : CONTEXTS.length)
    },
    TIMEOUT,
  )
})
