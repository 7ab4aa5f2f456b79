// Forms that a server chooses to get a credential past a reader: folded case, reversed, ROT13,
// base32, and characters that stand apart. And what looks like one of them, and is none.

import { describe, expect, it } from 'vitest'
import { workBudget } from '../../../src/mcp/redact/budget.ts'
import { jwt, MARKER, random, redactorOf } from './parts.ts'

const token = jwt('disguise')
const opaque = random('disguise opaque', 43)
const key = 'sk-proj-2f9A_bC4dE7~gH+jK/lM=nP'
const SECRETS = { 'a JWT': token, 'an opaque token': opaque, 'a key with signs': key }
const redactor = redactorOf(token, opaque, key)

const letters = (text: string) => [...text]
const rot13 = (text: string) =>
  text.replace(/[a-z]/gi, (letter) => {
    const first = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first)
  })
const mixed = (text: string) =>
  letters(text)
    .map((one, at) => (at % 3 === 1 ? one.toUpperCase() : one.toLowerCase()))
    .join('')
function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
}

const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  'small letters': (text) => text.toLowerCase(),
  'letters of mixed case': mixed,
  'capital letters': (text) => text.toUpperCase(),
  reversed: (text) => letters(text).reverse().join(''),
  ROT13: rot13,
  base32,
  'base32 in small letters': (text) => base32(text).toLowerCase(),
  'base32, a byte before': (text) => base32(`x${text}`),
  'base32, two bytes before': (text) => base32(`xx${text}y`),
  'base32, three bytes before': (text) => base32(`xxx${text}yy`),
  'base32, four bytes before': (text) => base32(`xxxx${text}yyy`),
  'blanks between': (text) => letters(text).join(' '),
  'dashes between': (text) => letters(text).join('-'),
  'dots between': (text) => letters(text).join('.'),
  'bars between': (text) => letters(text).join('|'),
  'a line for each': (text) => letters(text).join('\n'),
  'full width': (text) =>
    text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
  'zero-width spaces between': (text) => letters(text).join('\u200b'),
  'blanks between, in percent': (text) => letters(text).join('%20'),
  'line ends here and there, in percent': (text) => text.replace(/.{20}/g, '$&%0A'),
  'line ends between, in JSON': (text) => letters(text).join('\\n'),
  'blanks between, in Unicode escapes': (text) => letters(text).join('\\u0020'),
  'zero-width spaces between, in percent': (text) =>
    encodeURIComponent(letters(text).join('\u200b')),
  'word joiners between, in hex': (text) =>
    Buffer.from(letters(text).join('\u2060')).toString('hex'),
  'invisible characters here and there': (text) => text.replace(/.{5}/g, '$&\u2060\u00ad'),
  'base64 of the reversed text': (text) =>
    Buffer.from(letters(text).reverse().join('')).toString('base64'),
  'hex with blanks of ROT13': (text) => letters(Buffer.from(rot13(text)).toString('hex')).join(' '),
}
const AROUND: readonly (readonly [string, string])[] = [
  ['', ''],
  ['it is ', ' here'],
  ['https://x.example/', '/more'],
  ['id: "', '", next'],
]

describe.each(Object.entries(DISGUISES))('%s', (_, disguise) => {
  it.each(Object.entries(SECRETS))('of %s is found in values and keys', (_name, secret) => {
    for (const [before, after] of AROUND) {
      const text = `${before}${disguise(secret)}${after}`
      expect(redactor.json({ a: text }).hits, text).toBeGreaterThan(0)
      expect(JSON.stringify(redactor.json({ [text]: 1 }).value)).toContain(MARKER)
      expect(JSON.stringify(redactor.json({ a: text }).value)).not.toContain(disguise(secret))
    }
  })
})

it.each(Object.entries(DISGUISES).slice(0, 10))(
  '%s of a signature alone is found',
  (_, disguise) => {
    const [, , signature = ''] = token.split('.')
    expect(redactor.json({ a: `cut.${disguise(signature)}` }).hits).toBeGreaterThan(0)
  },
)

it.each([
  ['small', (text: string) => text.toLowerCase()],
  ['capital', (text: string) => text.toUpperCase()],
])('a token in %s letters is found in pieces too', (_, fold) => {
  const [, , signature = ''] = token.split('.')
  for (const secret of [signature, opaque])
    for (let at = 0; at + 24 <= secret.length; at += 8)
      expect(redactor.json(`x=${fold(secret.slice(at, at + 24))}`).hits, `at ${at}`).toBe(1)
})

it.each([
  ['reversed', (text: string) => letters(text).reverse().join('')],
  ['ROT13', rot13],
  ['base32', base32],
  ['base32 in lines', (text: string) => base32(text).replace(/.{64}/g, '$&\n')],
  ['mixed case', mixed],
] as const)('a half of a token is found in the form %s', (_, form) => {
  const whole = form(token)
  for (const half of [
    whole.slice(0, Math.floor(whole.length / 2)),
    whole.slice(-Math.floor(whole.length / 3)),
  ]) {
    // The header is that of all tokens, and what is before the signature is found as a whole.
    if (half.includes(form(token.slice(-24)).slice(4, 20)))
      expect(redactor.json(`x: ${half}`).hits).toBeGreaterThan(0)
  }
})

describe('a credential that is cut over the parts of an answer', () => {
  const cut = (text: string, size: number) => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
  const NEEDLES = {
    plain: (text: string) => text,
    reversed: DISGUISES.reversed ?? String,
    ROT13: rot13,
    'mixed case': mixed,
  }
  const FORMS: Readonly<Record<string, (text: string) => string>> = {
    ...NEEDLES,
    base32,
    base64: (text: string) => Buffer.from(text).toString('base64'),
    hex: (text: string) => Buffer.from(text).toString('hex'),
    percent: (text: string) => text.replace(/./g, (one) => `%${one.charCodeAt(0).toString(16)}`),
    'dots between': DISGUISES['dots between'] ?? String,
    'base64 of percent': (text: string) =>
      Buffer.from(text.replace(/./g, (one) => `%${one.charCodeAt(0).toString(16)}`)).toString(
        'base64',
      ),
  }
  it.each(Object.entries(FORMS))('is not passed on: %s', (name, form) => {
    for (const size of [1, 3, 8, 11, 40]) {
      const pieces = cut(form(token), size)
      // More texts than this are not decoded together.
      if (pieces.length > 64 && !(name in NEEDLES)) continue
      for (const value of [
        { content: pieces.map((text) => ({ type: 'text', text })) },
        { parts: pieces },
        { rows: pieces.map((piece) => ({ [piece]: 1 })) },
      ]) {
        const redacted = redactor.json(value)
        expect(redacted.hits, `${size}`).toBeGreaterThan(0)
        const left = JSON.stringify(redacted.value).replace(/\W|text|type/g, '')
        expect(left).not.toContain(form(token).replace(/\W/g, '').slice(-40))
      }
    }
  })

  it('leaves texts alone that only lie beside each other', () => {
    const value = { list: cut(random('somebody else', 400), 7), rows: [{ a: 'x' }, { a: 'y' }] }
    expect(redactor.json(value).value).toBe(value)
  })
})

it.each([
  ['a table', 'a | b | c | d | e | f | g | h | i | j | k | l | m | n'],
  ['white space', `${' '.repeat(200)}\n${'\t'.repeat(99)}`],
  ['letters that stand apart', 'W E L C O M E   T O   T H E   S H O W   E V E R Y B O D Y'],
  ['a soft hyphen', 'Donau\u00addampf\u00adschiff\u00adfahrts\u00adgesellschaft'],
  ['an emoji with joiners', '👩\u200d👩\u200d👧\u200d👦 and 👨\u200d💻'],
  ['another base32', base32('somebody else has this recovery code')],
])('%s comes through as it is', (_, text) => {
  expect(redactor.json({ a: text })).toEqual({ value: { a: text }, hits: 0, withheld: 0 })
})

it.each([
  ['separators', (size: number) => 'a '.repeat(size)],
  ['other separators by turns', (size: number) => 'a b-c.'.repeat(size / 3)],
  ['invisible characters', (size: number) => 'a\u200b'.repeat(size)],
  ['one invisible character in a long run', (size: number) => `${'a'.repeat(2 * size)}\u200b`],
  ['small texts', (size: number) => Array.from({ length: size }, () => 'ab')],
  ['many runs', (size: number) => 'ab\u200bcd '.repeat(size / 3)],
])('twice as many %s take at most 2.2 times the steps', (_, make) => {
  const steps = (size: number) => {
    const budget = workBudget()
    redactor.json(make(size), budget)
    return budget.spent
  }
  expect(steps(300_000)).toBeLessThanOrEqual(2.2 * steps(150_000))
})
