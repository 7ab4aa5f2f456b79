// Every parser that faces a stranger, under hostile input: it throws nothing but the error that it
// documents, comes to an end, changes no prototype, and does not quote what it refused.
//
// An input that breaks a parser becomes a file in `corpus/<name-of-the-parser>/`. Those files are
// tried first in every run.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { LONG } from '../long.ts'
import { hostileInputs, longInputs } from './inputs.ts'
import { corpusOf, faultOf, folderOf } from './parser.ts'
import { PARSERS } from './parsers.ts'

const TRIES = LONG ? 5000 : 60
/** There are more than a hundred parsers, and all have to get their turn. */
const MOST_MS = LONG ? 5000 : 10_000

/** Long enough that quadratic work takes longer than the test may. */
const LONG_CHARS = LONG ? 128 * 1024 : 32 * 1024

describe.each(PARSERS)('the parser of $name, from $stranger,', (parser) => {
  let good: readonly string[]
  beforeAll(async () => {
    good = await parser.good()
  })

  it('takes what it is made for', async () => {
    expect(good.length).toBeGreaterThan(0)
    for (const input of good) {
      expect(await faultOf(parser, input)).toBeUndefined()
      expect((await parser.read(input)).taken, input.slice(0, 200)).toBe(true)
    }
  })

  it('stands what broke something before', async () => {
    for (const [file, input] of corpusOf(parser))
      expect(await faultOf(parser, input), file).toBeUndefined()
  })

  it(
    'stands hostile input',
    async () => {
      const property = fc.asyncProperty(hostileInputs(good), async (input) => {
        const fault = await faultOf(parser, input)
        if (fault !== undefined) throw new Error(fault)
      })
      const found = await fc.check(property, {
        numRuns: Math.ceil(TRIES * (parser.share ?? 1)),
        interruptAfterTimeLimit: MOST_MS,
      })
      if (!found.failed || found.counterexample === null) return
      const [input] = found.counterexample
      const fault = await faultOf(parser, input)
      expect.fail(
        `It ${fault}. Save the input in corpus/${folderOf(parser)}/: ${JSON.stringify(input).slice(0, 4000)}`,
      )
    },
    LONG ? 120_000 : 30_000,
  )

  it(
    'stands long input',
    async () => {
      for (const input of longInputs(good, LONG_CHARS, LONG))
        expect(await faultOf(parser, input), input.slice(0, 60)).toBeUndefined()
    },
    LONG ? 120_000 : 10_000,
  )
})
