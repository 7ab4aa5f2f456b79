// A small value is looked at quickly, and a larger one is searched. Both give the same: the quick look
// passes nothing in which the search finds a secret, in whatever form and place.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodings } from '../../../src/cli/leaktest/search/encodings.ts'
import { mayBeBase32 } from '../../../src/mcp/redact/base32.ts'
import { workBudget } from '../../../src/mcp/redact/budget.ts'
import { jwt, RUNS, random, redactorOf, TIMEOUT } from './parts.ts'

const token = jwt('quick look')
const opaque = random('quick look', 43)
const redactor = redactorOf(token, opaque, '123456789012')

/** So many values are searched, whatever they are. */
const MORE = Array.from({ length: 60 }, () => null)

/** What the search gives for a value. */
function searched(value: unknown): { readonly value: unknown; readonly hits: number } {
  const { value: all, hits } = redactor.json([value, ...MORE])
  return { value: Array.isArray(all) ? all[0] : all, hits }
}

function expectSame(value: unknown): void {
  const quick = redactor.json(value)
  expect({ value: quick.value, hits: quick.hits }).toEqual(searched(value))
}

const secret = fc.oneof(
  fc.constantFrom(token, opaque, '123456789012'),
  fc
    .tuple(fc.nat({ max: 30 }), fc.integer({ min: 6, max: 30 }))
    .map(([from, length]) => opaque.slice(from, from + length)),
)
const coded = fc
  .tuple(secret, fc.constantFrom(...Object.values(encodings)))
  .map(([text, encode]) => encode(text))
const harmless = fc.constantFrom(
  'ok',
  'Three tasks are due on Monday, and one is late.',
  'resulttextcontenttype',
  'task-17',
  '2026-12-01T09:00:00Z',
  '0123456789abcdef0123',
  'a b c d e f g h i j',
  'x'.repeat(100),
)
const text = fc.oneof(harmless, harmless, secret, coded)
const cut = fc
  .tuple(fc.oneof(secret, coded), fc.integer({ min: 2, max: 4 }))
  .map(([whole, parts]) => {
    const size = Math.ceil(whole.length / parts)
    return Array.from({ length: parts }, (_, part) => whole.slice(part * size, (part + 1) * size))
  })
const name = fc.oneof(fc.constantFrom('text', 'type', 'id', 'data'), secret)
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    cut,
    cut.map((parts) => parts.map((part) => ({ type: 'text', text: part }))),
    fc.constantFrom(null, true, 7, 123456789012, [...Buffer.from(opaque)]),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}))

it(
  'passes what the search passes, and nothing else',
  () => {
    fc.assert(fc.property(anyValue, expectSame), { numRuns: RUNS })
  },
  TIMEOUT,
)

describe.each(Object.entries(encodings))('a credential, %s', (_, encode) => {
  it.each([
    ['alone', (form: string) => form],
    ['in a result', (form: string) => ({ content: [{ type: 'text', text: `It is ${form}` }] })],
    ['as a key', (form: string) => ({ [form]: 1 })],
  ])('is found %s as it is in a large value', (_place, put) => {
    for (const one of [token, opaque, opaque.slice(9, 24)]) expectSame(put(encode(one)))
  })
})

it('is found over the texts of one name, and over keys', () => {
  const [left, right] = [opaque.slice(0, 9), opaque.slice(9, 18)]
  expectSame([{ a: left }, { b: 'x', a: right }])
  expectSame({ [left]: 1, [right]: 2 })
  expectSame({ a: [left, [right]] })
  expect(redactor.json({ a: [left, [right]] }).hits).toBeGreaterThan(0)
})

it('lets others have their turn where one is due', async () => {
  let turns = 0
  const budget = workBudget({
    stepsInTurn: 1,
    wait: async () => {
      turns++
    },
  })
  budget.spend(1)
  await redactor.jsonInTurns({ a: 'Three tasks are due on Monday.' }, budget)
  expect(turns).toBeGreaterThan(0)
})

it('takes any text for base32 that is, wherever it begins', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 12, maxLength: 40 }).map((bytes) => bytes.map((one) => one & 127)),
      fc.array(fc.boolean(), { maxLength: 45 }),
      fc.array(fc.boolean(), { maxLength: 20 }),
      (ascii, before, after) => {
        const bit = (one: boolean) => (one ? '1' : '0')
        const middle = Array.from(ascii, (byte) => byte.toString(2).padStart(8, '0')).join('')
        const bits = before.map(bit).join('') + middle + after.map(bit).join('')
        const padded = bits.padEnd(Math.ceil(bits.length / 5) * 5, '1')
        const text = (padded.match(/.{5}/g) ?? [])
          .map((five) => letters[Number.parseInt(five, 2)])
          .join('')
        for (const one of [text, text.toLowerCase()])
          expect(mayBeBase32(Buffer.from(one), 0, one.length)).toBe(true)
      },
    ),
    { numRuns: RUNS },
  )
})
