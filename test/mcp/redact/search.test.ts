// The whole-text search against the plain one: for every encoding, alignment, place in the text and
// length of the text.

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Needle } from '../../../src/mcp/redact/needle-index.ts'
import { MIN_SECRET_CHARS, variantsOf } from '../../../src/mcp/redact/variants.ts'
import {
  jwt,
  MARKER,
  plainlyRedacted,
  RUNS,
  random,
  redactorOf,
  searchFor,
  TIMEOUT,
  windowsOf,
} from './parts.ts'

const secrets = [
  random('32 bytes', 43),
  'sk-proj-0123456789abcdef',
  '12characters',
  'p+/=%.~-_(x)[y]{2}^$|?*"\\p',
  "it's <a> & b`c",
  'ключ-от-всех-дверей',
  jwt('one'),
]

/** The ranges by the plain search, as a text. */
function plainly(text: string, wanted: readonly Needle[]): string {
  return plainlyRedacted(
    text,
    wanted.flatMap((one) =>
      one.minRun === one.text.length ? [one.text] : windowsOf(one.text, one.minRun),
    ),
  )
}

function quickly(text: string, wanted: readonly Needle[]): string {
  let out = ''
  let at = 0
  for (const { from, to } of searchFor(wanted)(text)) {
    out += text.slice(at, from) + MARKER
    at = to
  }
  return out + text.slice(at)
}

it(
  'the fast search finds what a plain search finds, in texts of any length and alphabet',
  () => {
    const letters = fc.constantFrom('a', 'b', 'c', 'a', 'b', 'é', '€', '\ud83d\ude00')
    const text = (minLength: number, maxLength: number) =>
      fc.array(letters, { minLength, maxLength }).map((all) => all.join(''))
    const wanted = fc.array(
      text(MIN_SECRET_CHARS, 90).chain((one) =>
        fc.oneof(
          fc.constant({ text: one, minRun: one.length }),
          fc
            .integer({ min: MIN_SECRET_CHARS, max: one.length })
            .map((minRun) => ({ text: one, minRun })),
        ),
      ),
      { minLength: 1, maxLength: 4 },
    )
    const filler = fc.constantFrom(
      '',
      'x',
      'a',
      'ab',
      'x'.repeat(450),
      `${'x'.repeat(32_700)}é`,
      'y'.repeat(40_001),
    )
    fc.assert(
      fc.property(
        wanted,
        fc.array(fc.tuple(filler, fc.nat(3), fc.nat(40), fc.integer({ min: 10, max: 90 })), {
          maxLength: 4,
        }),
        filler,
        (all, planted, last) => {
          const haystack =
            planted
              .map(
                ([before, which, from, length]) =>
                  before +
                  (all[which % all.length]?.text ?? '').slice(from % 7, (from % 7) + length),
              )
              .join('') + last
          expect(quickly(haystack, all)).toBe(plainly(haystack, all))
        },
      ),
      // The plain search takes its time over 40,000 characters.
      { numRuns: Math.min(10_000, RUNS / 3) },
    )
  },
  TIMEOUT,
)

it('the search finds a text across the edges of the parts that it copies, in ASCII and in other text', () => {
  const one = random('place', 43)
  const find = searchFor([{ text: one, minRun: one.length }])
  for (const other of ['.', '€']) {
    const filler = other + '.'.repeat(66_000)
    for (let at = 32_600; at < 32_900; at++) {
      expect(find(filler.slice(0, at) + one + filler.slice(at))).toEqual([
        { from: at, to: at + one.length },
      ])
    }
  }
  for (let at = 0; at < 900; at++) {
    expect(find('.'.repeat(at) + one)).toEqual([{ from: at, to: at + one.length }])
    expect(find(one + '.'.repeat(at))).toEqual([{ from: 0, to: one.length }])
    expect(find('.'.repeat(at) + one.slice(1))).toEqual([])
    expect(find(one.slice(0, -1) + '.'.repeat(at))).toEqual([])
  }
})

it('the search finds any run of the fewest characters that count, and no shorter run', () => {
  const one = random('fewest', 200)
  for (let minRun = MIN_SECRET_CHARS; minRun <= 80; minRun++) {
    const find = searchFor([{ text: one, minRun }])
    for (const from of [0, 1, 7, 100, one.length - minRun]) {
      for (let before = 0; before < 64; before++) {
        const filler = '.'.repeat(before)
        expect(find(`${filler}${one.slice(from, from + minRun)}.`)).toEqual([
          { from: before, to: before + minRun },
        ])
      }
      expect(find(`.${one.slice(from, from + minRun - 1)}.`)).toEqual([])
    }
  }
})

describe('a form of a secret', () => {
  const hexOf = (text: string) => Buffer.from(text).toString('hex')
  const each = (text: string, write: (unit: number) => string) =>
    text
      .split('')
      .map((unit) => write(unit.charCodeAt(0)))
      .join('')
  const four = (code: number) => code.toString(16).padStart(4, '0')
  const full = (text: string) => hexOf(text).replace(/../g, '%$&')
  const strict = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  const smallHex = (text: string) => text.replace(/%../g, (code) => code.toLowerCase())
  const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
    plain: (text) => text,
    'percent, minimal': encodeURIComponent,
    'percent, minimal, small': (text) => smallHex(encodeURIComponent(text)),
    'percent, strict': strict,
    'percent, strict, small': (text) => smallHex(strict(text)),
    'percent, full': full,
    'percent, full, capital': (text) => full(text).toUpperCase(),
    hex: hexOf,
    'hex, capital': (text) => hexOf(text).toUpperCase(),
    JSON: (text) => JSON.stringify(text).slice(1, -1),
    'JSON, with escaped slashes': (text) =>
      JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
    'JSON, with all escaped': (text) => each(text, (unit) => `\\u${four(unit)}`),
    'JSON, with all escaped, capital': (text) =>
      each(text, (unit) => `\\u${four(unit).toUpperCase()}`),
    'JSON, careful with HTML': (text) =>
      JSON.stringify(text)
        .slice(1, -1)
        .replace(/[&'+<>`]|[^\0-\x7f]/g, (unit) => `\\u${four(unit.charCodeAt(0))}`),
    'JSON, careful with HTML, capital': (text) =>
      JSON.stringify(text)
        .slice(1, -1)
        .replace(/[&'+<>`]|[^\0-\x7f]/g, (unit) => `\\u${four(unit.charCodeAt(0)).toUpperCase()}`),
    'UTF-8 as Latin-1': (text) => Buffer.from(text).toString('latin1'),
  }

  it.each(Object.keys(ENCODINGS))('is found and removed whole: %s', (name) => {
    const encode = ENCODINGS[name] ?? String
    for (const secret of secrets) {
      const encoded = encode(secret)
      expect(redactorOf(secret).text(`before ${encoded} behind`)).toEqual({
        text: `before ${MARKER} behind`,
        hits: 1,
      })
      expect(redactorOf(...secrets).text(`"${encoded}"`)).toEqual({ text: `"${MARKER}"`, hits: 1 })
    }
  })

  it.each(['base64', 'base64url'] as const)(
    'is found in %s wherever it begins in what was encoded, and of it no more than two letters at each end are left',
    (form) => {
      const redactor = redactorOf(...secrets)
      fc.assert(
        fc.property(
          fc.constantFrom(...secrets),
          fc.uint8Array({ maxLength: 9 }),
          fc.uint8Array({ maxLength: 9 }),
          (secret, before, after) => {
            const bytes = Buffer.concat([before, Buffer.from(secret), after])
            const { text, hits } = redactor.text(bytes.toString(form))
            expect(hits).toBe(1)
            const left = text.replace(MARKER, '').replace(/=+$/, '')
            expect(left.length).toBeLessThanOrEqual(
              Math.ceil((before.length * 8) / 6) + Math.ceil((after.length * 8) / 6) + 2,
            )
          },
        ),
        { numRuns: RUNS },
      )
    },
    TIMEOUT,
  )

  it('is one of 24 different forms at most, and none of them is too short', () => {
    for (const secret of secrets) {
      const forms = variantsOf(secret)
      expect(new Set(forms).size).toBe(forms.length)
      expect(forms.length).toBeGreaterThan(6)
      expect(forms.length).toBeLessThanOrEqual(24)
      expect(Math.min(...forms.map((form) => form.length))).toBeGreaterThanOrEqual(MIN_SECRET_CHARS)
    }
  })

  it('does not exist for a secret of 11 characters', () => {
    expect(variantsOf('elevenchars')).toEqual([])
    expect(variantsOf('twelve chars')).not.toEqual([])
  })
})

it('the search finds none of 100 secrets, and no piece of one, in 5 MB of random base64', () => {
  const redactor = redactorOf(
    ...Array.from({ length: 100 }, (_, index) =>
      index % 2 ? jwt(`${index}`, 342) : random(`${index}`, 43),
    ),
  )
  const noise = randomBytes(3_750_000)
  for (const form of ['base64', 'base64url'] as const) {
    const text = noise.toString(form)
    expect(redactor.text(text)).toEqual({ text, hits: 0 })
    const value = { text: noise.subarray(0, 600_000).toString(form) }
    expect(redactor.json(value)).toEqual({ value, hits: 0, withheld: 0 })
  }
})

it('no hostile text keeps the search busy for long', () => {
  const token = jwt('dear')
  const redactor = redactorOf(token, 'aaaaaaaaaaaaaaaaaaaaaaaa')
  const size = 400_000
  const time = (text: string) => {
    const before = performance.now()
    redactor.json(text)
    return performance.now() - before
  }
  const dear = [
    token.slice(-80),
    token.slice(-11),
    token.slice(1),
    'a',
    '\\',
    '%',
    '&#x00000000',
    '\\u00',
    '%4',
    `\\u0041`,
    'A\n',
    `${'A'.repeat(23)} `,
  ].map((piece) => [piece.slice(0, 12), piece.repeat(size / piece.length)] as const)
  for (const [name, text] of dear) expect(time(text), name).toBeLessThan(4000)
})
