// The redacting stream: that chunks make no difference, what it holds back, and that it holds back
// little.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAutomaton } from '../../../src/mcp/redact/automaton.ts'
import { type RedactingStream, redactingStream } from '../../../src/mcp/redact/stream.ts'
import { variantsOf } from '../../../src/mcp/redact/variants.ts'
import { LONG } from '../../long.ts'
import {
  chunked,
  jwt,
  MARKER,
  plainlyRedacted,
  RUNS,
  random,
  redactorOf,
  TIMEOUT,
} from './parts.ts'

function through(stream: RedactingStream, chunks: readonly string[]): string {
  return chunks.map((chunk) => stream.push(chunk)).join('') + stream.end()
}

/**
 * Few different characters, so that the texts overlap, nest and begin alike; an emoji's halves
 * among them.
 */
const crowded = (most: number) =>
  fc
    .array(fc.constantFrom('a', 'b', 'a', 'b', 'c', '\ud83d\ude00', '\ud83d', '\ude00'), {
      maxLength: most,
    })
    .map((all) => all.join(''))

it(
  'the output of a stream does not depend on where the text is cut, even when secrets overlap',
  () => {
    const texts = fc.array(
      crowded(6).filter((text) => text !== ''),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(texts, chunked(crowded(40)), (forms, { text, chunks }) => {
        expect(through(redactingStream(createAutomaton(forms)), chunks)).toBe(
          plainlyRedacted(text, forms),
        )
      }),
      { numRuns: RUNS },
    )
  },
  TIMEOUT,
)

it(
  'the output of the redactor does not depend on the cuts, even when one secret is a part of another',
  () => {
    const long = random('long', 60)
    const secrets = [
      long,
      long.slice(0, 20),
      long.slice(10, 40),
      `${long.slice(50)}${long.slice(0, 12)}`,
      'aaaaaaaaaaaa',
      'aaaaaaaaaaaaaaaaab',
    ]
    const redactor = redactorOf(...secrets)
    const forms = secrets.flatMap(variantsOf)
    const piece = fc.oneof(
      fc.constantFrom(...forms),
      fc
        .tuple(fc.constantFrom(...forms), fc.nat(70), fc.nat(70))
        .map(([form, from, length]) => form.slice(from, from + length)),
      fc.constantFrom('a', 'aaaaaaa', ' ', '\ud83d\ude00', '{"token":"', '%41', '\\u0041'),
      fc.string({ maxLength: 9 }),
    )
    fc.assert(
      fc.property(
        chunked(fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))),
        ({ text, chunks }) => {
          const expected = plainlyRedacted(text, forms)
          const stream = redactor.stream()
          expect(through(stream, chunks)).toBe(expected)
          const whole = redactor.text(text)
          expect(whole.text).toBe(expected)
          expect(stream.hits).toBe(whole.hits)
          expect(whole.hits).toBe(expected.split(MARKER).length - 1)
        },
      ),
      { numRuns: RUNS },
    )
  },
  TIMEOUT,
)

describe('a stream', () => {
  const secret = random('secret', 43)

  it('gives out at once what cannot become a secret, and no character of what can', () => {
    const stream = redactorOf(secret).stream()
    expect(stream.push('The token is ')).toBe('The token is ')
    expect(stream.push(secret.slice(0, 42))).toBe('')
    expect(stream.push('!')).toBe(`${secret.slice(0, 42)}!`)
    expect(stream.push(secret)).toBe('')
    expect(stream.push('?')).toBe(`${MARKER}?`)
    expect(stream.push(secret)).toBe('')
    expect(stream.end()).toBe(MARKER)
    expect(stream.hits).toBe(2)
  })

  it('gives out the beginning of a secret when it ends there, and never when it is dropped', () => {
    const stream = redactorOf(secret).stream()
    expect(stream.push(`x${secret.slice(0, 20)}`)).toBe('x')
    expect(stream.end()).toBe(secret.slice(0, 20))
  })

  it('holds back half of a surrogate pair', () => {
    const stream = redactorOf(secret).stream()
    expect(stream.push('a\ud83d')).toBe('a')
    expect(stream.push('\ude00')).toBe('\ud83d\ude00')
    expect(stream.push('\ud83d')).toBe('')
    expect(stream.end()).toBe('\ud83d')
  })

  it('puts one marker where a match goes on after a part that it gave out already', () => {
    // "abcdef" is complete and given out, when "defghi" turns out to go on.
    const stream = redactingStream(createAutomaton(['abcdef', 'efgh', 'ghij']))
    expect([...'xabcdefghijy'].map((unit) => stream.push(unit)).join('') + stream.end()).toBe(
      `x${MARKER}y`,
    )
    expect(stream.hits).toBe(1)
  })

  it('gives out everything at once when there is nothing to look for', () => {
    const stream = redactorOf().stream()
    expect(stream.push(secret)).toBe(secret)
    expect(stream.push('\ud83d')).toBe('')
    expect(stream.end()).toBe('\ud83d')
    expect(stream.hits).toBe(0)
  })

  it(
    'keeps less than the longest form of a secret in memory, over 100 MB that nearly match it',
    () => {
      const token = jwt('hostile')
      const stream = redactorOf(token).stream()
      const longest = Math.max(...variantsOf(token).map((form) => form.length))
      const nearly = `${token.slice(0, -1)} `.repeat(64)
      let given = 0
      let taken = 0
      let most = 0
      globalThis.gc?.()
      const before = process.memoryUsage().heapUsed
      const target = LONG ? 100_000_000 : 8_000_000
      for (; taken < target; taken += nearly.length) {
        given += stream.push(nearly).length
        most = Math.max(most, taken + nearly.length - given)
      }
      expect(most).toBeLessThan(longest)
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000)
      expect(given + stream.end().length).toBe(taken)
      expect(stream.hits).toBe(0)
    },
    TIMEOUT,
  )
})
