// Compressed data that hides a credential: gzip and zlib say what they are, and are searched. The
// same data without a credential comes through as it is.

import { randomBytes } from 'node:crypto'
import { deflateRawSync, deflateSync, gzipSync, constants as zlib } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Budget, workBudget } from '../../../src/mcp/redact/budget.ts'
import { jwt, MARKER, random, redactorOf } from './parts.ts'

const token = jwt('packed')
const opaque = random('packed opaque', 43)
const redactor = redactorOf(token, opaque)
const WITHHELD = '[content withheld: too much to search]'

const named = (bytes: Buffer) => {
  const header = Buffer.from(bytes.subarray(0, 10))
  header[3] = 8
  return Buffer.concat([header, Buffer.from('answer.json\0'), bytes.subarray(10)])
}
const PACKERS: Readonly<Record<string, (text: string) => Buffer>> = {
  gzip: (text) => gzipSync(text),
  'gzip that stores': (text) => gzipSync(text, { level: 0 }),
  'gzip with fixed codes': (text) => gzipSync(text, { strategy: zlib.Z_FIXED }),
  'gzip with a file name': (text) => named(gzipSync(text)),
  'gzip, two members': (text) => Buffer.concat([gzipSync('before'), gzipSync(text)]),
  'gzip that is cut': (text) => gzipSync(text).subarray(0, -8),
  'gzip with a wrong checksum': (text) => Buffer.concat([gzipSync(text).subarray(0, -8), token8]),
  zlib: (text) => deflateSync(text),
  'zlib, level 0': (text) => deflateSync(text, { level: 0 }),
  'zlib, level 1': (text) => deflateSync(text, { level: 1 }),
  'zlib, level 5': (text) => deflateSync(text, { level: 5 }),
  'zlib, level 9': (text) => deflateSync(text, { level: 9 }),
}
const token8 = Buffer.from('12345678')

const inLines = (text: string) => (text.match(/.{1,76}/g) ?? []).join('\n')
const CODERS: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  base64: (bytes) => bytes.toString('base64'),
  base64url: (bytes) => bytes.toString('base64url'),
  'base64 in lines': (bytes) => inLines(bytes.toString('base64')),
  'base64 in base64': (bytes) => Buffer.from(bytes.toString('base64')).toString('base64'),
  'base64 in a URL': (bytes) =>
    `https://x.test/raw:${encodeURIComponent(bytes.toString('base64'))}`,
  'base64 in JSON in JSON': (bytes) => JSON.stringify(JSON.stringify(bytes.toString('base64'))),
  hex: (bytes) => bytes.toString('hex'),
  HEX: (bytes) => bytes.toString('hex').toUpperCase(),
  'hex with spaces': (bytes) => bytes.toString('hex').replace(/..(?=.)/g, '$& '),
  'a list of bytes': (bytes) => JSON.stringify([...bytes]),
  'JSON of a Buffer': (bytes) => bytes.toJSON(),
  'a Uint8Array': (bytes) => ({ ...new Uint8Array(bytes) }),
}
const PLACES: Readonly<Record<string, (coded: unknown) => unknown>> = {
  alone: (coded) => coded,
  'in text': (coded) => (typeof coded === 'string' ? `the log: ${coded}, as you asked` : [coded]),
  'in a member': (coded) => ({ content: [{ type: 'text', text: coded }] }),
}

describe.each(Object.entries(PACKERS))('%s', (_, pack) => {
  describe.each(Object.entries(CODERS))('as %s', (_name, code) => {
    it.each(Object.entries(PLACES))('is found %s', async (_place, put) => {
      for (const secret of [token, opaque, token.slice(-40)]) {
        const coded = code(pack(`log line 1\nauthorization: Bearer ${secret}\nlog line 3`))
        const { value, hits } = await redactor.jsonInTurns(put(coded))
        expect(hits).toBeGreaterThan(0)
        expect(JSON.stringify(value)).toContain(MARKER)
        expect(JSON.stringify(value)).not.toContain(JSON.stringify(coded).slice(1, -1))
      }
    })
  })
})

it.each([0, 1, 2, 3, 4, 5, 6, 7])('gzip is found %i letters into a run', async (count) => {
  const coded = gzipSync(`key ${token}`).toString('base64')
  const { value } = await redactor.jsonInTurns(`${'Zx9Q'.repeat(2).slice(0, count)}${coded}`)
  expect(value).toBe(`${'Zx9Q'.repeat(2).slice(0, count)}${MARKER}`)
})

it.each([1, 2, 3, 4])('gzip is found %i bytes into other data', async (count) => {
  const bytes = Buffer.concat([Buffer.alloc(count, '\xd7', 'latin1'), gzipSync(`key ${token}`)])
  expect((await redactor.jsonInTurns(bytes.toString('base64'))).hits).toBe(1)
})

it('a credential that is far into long data is found', async () => {
  const noise = randomBytes(150_000).toString('hex')
  const coded = gzipSync(`${noise} ${token}`).toString('base64')
  expect(coded.length).toBeGreaterThan(3 * 65_536)
  expect((await redactor.jsonInTurns({ log: coded })).value).toEqual({ log: MARKER })
})

it('an encoded credential in compressed data is found', async () => {
  const inner = JSON.stringify({ header: Buffer.from(`Bearer ${token}`).toString('base64') })
  const coded = gzipSync(inner).toString('base64')
  expect((await redactor.jsonInTurns(coded)).value).toBe(MARKER)
})

describe('what holds no credential comes through as it is', () => {
  const bytes = randomBytes(40_000)
  const VALUES: Readonly<Record<string, unknown>> = {
    'gzip in base64': gzipSync(bytes.toString('hex')).toString('base64'),
    'zlib in base64': deflateSync(bytes.toString('hex')).toString('base64'),
    'raw deflate': deflateRawSync(bytes).toString('base64'),
    'random base64': randomBytes(600_000).toString('base64'),
    'random hex': randomBytes(200_000).toString('hex'),
    'gzip as a Buffer': gzipSync('They asked for the numbers.').toJSON(),
    'the first bytes alone': `H4sI ${'H4sIAAAA'.repeat(40)} eJw 1f8b08 ${'789c'.repeat(40)}`,
    prose: 'createNodeElementFromFileList and x^2 + x^3, 7801, fiwg '.repeat(50),
  }
  it.each(Object.entries(VALUES))('%s', async (_, value) => {
    const redacted = await redactor.jsonInTurns(value)
    expect(redacted.value).toBe(value)
    expect(redacted).toMatchObject({ hits: 0, withheld: 0 })
  })
})

/** Counts the steps, and the most that were done without a turn. */
function counting(): Budget & { readonly most: () => number } {
  let [most, before] = [0, 0]
  const budget: Budget = workBudget({
    wait: async () => {
      most = Math.max(most, budget.spent - before)
      before = budget.spent
    },
  })
  return Object.assign(budget, { most: () => most })
}

describe('a bomb', () => {
  const bomb = gzipSync(Buffer.alloc(100_000_000, 'a')).toString('base64')

  it('is withheld after bounded work, in turns', async () => {
    const budget = counting()
    const { value, withheld } = await redactor.jsonInTurns([bomb, 'next'], budget)
    expect(value).toEqual([WITHHELD, 'next'])
    expect(withheld).toBe(1)
    expect(budget.spent).toBeLessThan(12_000_000)
    expect(budget.most()).toBeLessThan(2_000_000)
  })

  it.each([
    ['in base64', Buffer.from(bomb).toString('base64')],
    ['of bombs', bomb.repeat(20)],
    ['of beginnings', 'H4sICAAA'.repeat(100_000)],
    ['of blocks', `${'eJwEAMDA'.repeat(60_000)}`],
  ])('%s causes bounded work', async (_, text) => {
    const budget = counting()
    await redactor.jsonInTurns(text, budget)
    expect(budget.spent).toBeLessThan(60_000_000)
    expect(budget.most()).toBeLessThan(3_000_000)
  })
})
