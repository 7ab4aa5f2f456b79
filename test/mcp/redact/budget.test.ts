// The work that hostile texts cause, in steps: it grows with their length and no faster, and long
// work lets others have their turns. Nothing here reads a clock.

import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Budget, workBudget } from '../../../src/mcp/redact/budget.ts'
import { LONG } from '../../long.ts'
import { jwt, random, redactorOf, TIMEOUT } from './parts.ts'

const token = jwt('budget')
const signature = token.slice(token.lastIndexOf('.') + 1)
const long = jwt('long', 342).slice(-342)
const redactor = redactorOf(
  jwt('long', 342),
  token,
  random('budget', 43),
  'aaaaaaaaaaaaaaaaaaaaaaaa',
  'aB1'.repeat(30),
)
// Twice as much is what one answer may hold: 250,000 values (mcp/answer/parse-answer.ts).
const size = LONG ? 200_000 : 100_000

const fill = (piece: string, length: number) =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
const prose = (length: number) => fill('They asked for the numbers of the last quarter. ', length)
const hex = (text: string) => Buffer.from(text).toString('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')
/** Letters that decode to ASCII wherever a group begins. */
const worstLetters = (length: number) =>
  [...randomBytes(length)].map((byte) => 'ABEFQRUV'[byte & 7]).join('')
const keys = (count: number, key: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [key(index), index]))

/** One of 10,000 different pieces of a token. */
function pieceAt(index: number): string {
  const from = Math.floor(index / 34) % 300
  return long.slice(from, from + 12 + (index % 34))
}

const FAMILIES: Readonly<Record<string, (length: number) => unknown>> = {
  'keys that become equal': (length) => keys(length / 20, pieceAt),
  'keys that become one another': (length) =>
    keys(length / 20, (index) =>
      index % 2 === 0 ? pieceAt(index) : `[credential removed] ${index}`,
    ),
  'keys of an object': (length) => keys(length, (index) => `key number ${index}`),
  percent: (length) => fill('%41', length),
  'percent of percent': (length) => fill('%2541', length),
  'percent of text': (length) => fill('%41bc ', length),
  'percent signs': (length) => fill('%', length),
  'lines of a hexdump': (length) => fill('00000010  41 42 43  |ABC|\n', length),
  'quotes before blanks': (length) => fill('0000010"      "', length),
  'beginnings of gzip': (length) => fill('H4sIAAAA', length),
  'beginnings of gzip with long names': (length) => fill('H4sICBBB', length),
  'beginnings of zlib': (length) => fill('eJwEAMDA', length),
  'beginnings of zlib, in hex': (length) => fill('789c04c0', length),
  'gzip of text': (length) => gzipSync(prose((length * 3) / 4), { level: 0 }).toString('base64'),
  'hex of text': (length) => hex(prose(length / 2)),
  'hex of hex': (length) => hex(hex(prose(length / 4))),
  'hex of base64': (length) => hex(base64(prose((length * 3) / 8))),
  'one hex digit': (length) => fill('A', length),
  'unicode escapes': (length) => fill('\\u0041', length),
  'unicode escapes, escaped': (length) => fill('\\\\\\u0041', length),
  'escapes with braces': (length) => fill('\\u{41}', length),
  'octal escapes': (length) => fill('\\101', length),
  backslashes: (length) => fill('\\', length),
  entities: (length) => fill('&#65;', length),
  'entities that do not end': (length) => fill('&#x00000000', length),
  'code points': (length) => fill('U+0041 ', length),
  'quoted-printable': (length) => fill('=41', length),
  'soft line breaks': (length) => fill('a=\n', length),
  'base64 of text': (length) => base64(prose((length * 3) / 4)),
  'base64, three times': (length) => base64(base64(base64(prose((length * 27) / 64)))),
  'letters that decode everywhere': worstLetters,
  'lines of base64': (length) => fill(`${base64(prose(57))}\n`, length),
  'groups of letters': (length) => fill('abcd ', length),
  'groups of two lengths': (length) => fill('abcd abcde ', length),
  'lines of letters': (length) => fill('abcdefghij\n   ', length),
  'line breaks in JSON': (length) => fill('\\n', length),
  'lines of one length': (length) => fill('abcdefghij.klmnopqr\n', length),
  'lines of one length in JSON': (length) => fill('abcdefghij.klmnopqr\\n', length),
  'lines that get longer': (length) =>
    fill(Array.from({ length: 60 }, (_, index) => '.'.repeat(index)).join('\\n'), length),
  'bytes as text': (length) => fill('101,', length),
  'hex pairs': (length) => fill('65 ', length),
  'numbered bytes': (length) => fill('"0":101,', length),
  'null characters': (length) => fill('e\0', length),
  'pieces that are too short': (length) => fill(signature.slice(0, 11), length),
  'tokens but for a character': (length) => fill(token.slice(1), length),
  'a secret that repeats itself': (length) => fill('aB1', length),
  'a letter that repeats itself': (length) => fill('a', length),
  'short strings': (length) =>
    Array.from({ length: length / 16 }, (_, index) => random(`${index}`, 12)),
  numbers: (length) => new Array<number>(length / 2).fill(1),
  bytes: (length) => new Array<number>(length / 4).fill(101),
  'empty lists': (length) => Array.from({ length: length / 3 }, () => []),
  'deep lists': (length) =>
    Array.from({ length: length / 240 }, () => JSON.parse(`${'['.repeat(120)}${']'.repeat(120)}`)),
}

/** Does the work in turns. Gives its steps, and the most of them that were in one piece. */
async function workOf(value: unknown, options: Parameters<typeof workBudget>[0] = {}) {
  let most = 0
  let before = 0
  const budget: Budget = workBudget({
    steps: Number.POSITIVE_INFINITY,
    stepsInTurn: 20_000,
    async wait() {
      most = Math.max(most, budget.spent - before)
      before = budget.spent
    },
    ...options,
  })
  const redacted = await redactor.jsonInTurns(value, budget)
  return { steps: budget.spent, most: Math.max(most, budget.spent - before), redacted }
}

describe('the work for a hostile answer', () => {
  it.each(Object.keys(FAMILIES))(
    'grows with its length and no faster, and is done in slices: %s',
    async (name) => {
      const make = FAMILIES[name] ?? String
      const once = await workOf(make(size))
      const twice = await workOf(make(2 * size))
      expect(twice.steps / once.steps).toBeLessThan(2.2)
      // A block of 65,536 characters is done in one piece.
      expect(twice.most).toBeLessThan(LONG ? 450_000 : 250_000)
      // One secret is so like itself that a text of it cannot be compared in linear time.
      expect(once.redacted.withheld).toBe(name === 'a secret that repeats itself' ? 1 : 0)
    },
    TIMEOUT,
  )

  it.each([false, true])('of 120,000 keys is done in slices; with a secret: %s', async (has) => {
    const value = keys(120_000, (index) => `key number ${index}`)
    const { most, redacted } = await workOf(has ? { ...value, [token]: token } : value)
    // Twenty steps for a key are about ten milliseconds for these, on the slowest of machines.
    expect(most).toBeLessThan(140_000)
    expect(redacted.hits).toBe(has ? 2 : 0)
  })

  it('ends when its budget is spent, whatever else is in it', async () => {
    const coded = fill('%2e', 50_000)
    const value = Array.from({ length: 40 }, () => coded)
    const { steps, redacted } = await workOf(value, { steps: 1_000_000 })
    expect(redacted.withheld).toBeGreaterThan(20)
    expect(redacted.hits).toBe(0)
    // What is withheld costs a look.
    expect(steps).toBeLessThan(1_000_000 + 40 * 4 * 50_000)
  })
})

describe('a budget', () => {
  it('counts, and is spent', () => {
    const budget = workBudget({ steps: 10 })
    budget.spend(9)
    expect(budget).toMatchObject({ spent: 9, isSpent: false })
    budget.spend(1)
    expect(budget).toMatchObject({ spent: 10, isSpent: true })
  })

  it('says when a turn is due, and when it was taken', async () => {
    let turns = 0
    const budget = workBudget({ stepsInTurn: 5, wait: async () => void turns++ })
    budget.spend(4)
    expect(budget.isTurnDue).toBe(false)
    budget.spend(1)
    expect(budget.isTurnDue).toBe(true)
    await budget.turn()
    expect(turns).toBe(1)
    expect(budget.isTurnDue).toBe(false)
  })

  it('of a part counts for the whole, too', () => {
    const whole = workBudget({ steps: 10 })
    const [one, other] = [workBudget({ steps: 6, whole }), workBudget({ steps: 6, whole })]
    one.spend(6)
    expect([one.isSpent, other.isSpent, whole.isSpent]).toEqual([true, false, false])
    other.spend(4)
    expect([other.isSpent, whole.isSpent]).toEqual([true, true])
  })
})
