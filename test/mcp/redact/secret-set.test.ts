// A set of secrets that come and go: it always finds what a redactor that is made anew finds.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { createRedactor } from '../../../src/mcp/redact/redactor.ts'
import { redactorOfSets, secretSet } from '../../../src/mcp/redact/secret-set.ts'
import { jwt, MARKER, RUNS, random, TIMEOUT } from './parts.ts'

describe('a set of secrets', () => {
  it('finds what was added, also by a redactor that was there before', () => {
    const set = secretSet()
    const redactor = set.redactor()
    const token = random('later', 45)
    expect(redactor.json(token).hits).toBe(0)
    set.add(new Credential(token))
    expect(redactor.json({ [token]: btoa(token) })).toEqual({
      value: { [MARKER]: MARKER },
      hits: 2,
      withheld: 0,
    })
    expect(redactor.text(`x ${token}`)).toEqual({ text: `x ${MARKER}`, hits: 1 })
    expect(set.size).toBe(1)
  })

  it('does not find what was taken out', () => {
    const set = secretSet()
    const credentials = Array.from({ length: 40 }, (_, index) => new Credential(jwt(`${index}`)))
    for (const credential of credentials) set.add(credential)
    expect(set.redactor().json(credentials.map((one) => one.reveal())).hits).toBe(40)
    for (const credential of credentials.slice(0, 39)) set.delete(credential)
    expect(set.redactor().json(credentials.map((one) => one.reveal())).hits).toBe(1)
    expect(set.size).toBe(1)
    set.delete(new Credential('a secret that it never had'))
    expect(set.size).toBe(1)
  })

  it('knows a secret for as long as any of several equal credentials is in it', () => {
    const set = secretSet()
    const text = random('twice', 43)
    const [one, other] = [new Credential(text), new Credential(text)]
    set.add(one)
    set.add(one)
    set.add(other)
    set.delete(one)
    expect(set.redactor().text(text).hits).toBe(1)
    set.delete(other)
    expect(set.redactor().text(text).hits).toBe(0)
  })

  it('finds each form in a long text, wherever it begins, with few secrets, many, and few again', () => {
    const texts = Array.from({ length: 500 }, (_, index) => random(`form ${index}`, 43))
    const credentials = texts.map((text) => new Credential(text))
    const set = secretSet()
    const holdsEach = (from: number, to: number) => {
      const { text } = set.redactor()
      for (const [index, secret] of texts.slice(from, to).entries()) {
        const before =
          ' "words" and words,'.repeat(40) + 'x '.repeat(index % 16) + '.'.repeat(index % 3)
        for (const form of formsOf(secret)) expect(text(`${before}${form} and more`).hits).toBe(1)
      }
    }
    const holdsNone = (from: number, to: number) => {
      const all = texts.slice(from, to).flatMap(formsOf).join(' and ')
      expect(set.redactor().text(all).hits).toBe(0)
    }
    for (const credential of credentials.slice(0, 40)) set.add(credential)
    holdsEach(0, 40)
    holdsNone(40, 500)
    for (const credential of credentials.slice(40)) set.add(credential)
    holdsEach(0, 500)
    for (const credential of credentials.slice(0, 460)) set.delete(credential)
    holdsEach(460, 500)
    holdsNone(0, 460)
  })

  it('counts secrets that are too short', () => {
    const set = secretSet()
    const short = new Credential('hunter2')
    set.add(short)
    expect(set.redactor().tooShort).toBe(1)
    expect(set.redactor().json('hunter2').value).toBe('hunter2')
    set.delete(short)
    expect(set.redactor().tooShort).toBe(0)
  })

  it('finds a piece of each of 500 tokens of one issuer, and of nobody else', () => {
    const set = secretSet()
    const tokens = Array.from({ length: 500 }, (_, index) => jwt(`one of many ${index}`))
    for (const token of tokens) set.add(new Credential(token))
    for (const token of tokens) {
      expect(set.redactor().json(`${token.slice(-40, -20)}.`).value).toBe(`${MARKER}.`)
      expect(set.redactor().text(token).text).toBe(MARKER)
    }
    const others = Array.from({ length: 50 }, (_, index) => jwt(`somebody else ${index}`))
    expect(set.redactor().json(others).value).toBe(others)
  })

  it('finds each of thousands of secrets while they come and go', () => {
    const set = secretSet()
    const all = Array.from({ length: 3000 }, (_, index) => random(`thousands ${index}`, 43))
    const credentials = all.map((text) => new Credential(text))
    for (const credential of credentials) set.add(credential)
    const redactor = set.redactor()
    expect(redactor.json(all).hits).toBe(3000)
    for (const credential of credentials.slice(0, 2900)) set.delete(credential)
    for (const credential of credentials.slice(0, 1000)) set.add(credential)
    expect(redactor.json(all).hits).toBe(1100)
    expect(redactor.text(all.join(' ')).hits).toBe(1100)
  })

  it(
    'finds what a new redactor finds, after any changes',
    () => {
      const secrets = [
        ...Array.from({ length: 30 }, (_, index) => random(`${index}`, 12 + index)),
        ...Array.from({ length: 30 }, (_, index) => jwt(`${index}`)),
        'words-that-are-no-random-text',
        'p+/=%.~-_(x)[y]{2}^$|?*"\\p',
      ]
      const all = secrets.map((text) => new Credential(text))
      const set = secretSet()
      const redactor = set.redactor()
      const known = new Set<Credential>()
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.boolean(), fc.nat(all.length - 1)), { maxLength: 40 }),
          fc.array(fc.tuple(fc.nat(secrets.length - 1), fc.nat(30), fc.nat(200)), { maxLength: 5 }),
          (changes, pieces) => {
            for (const [isNew, index] of changes) {
              const credential = all[index] ?? new Credential('none')
              if (isNew) set.add(credential)
              else set.delete(credential)
              if (isNew) known.add(credential)
              else known.delete(credential)
            }
            const text = pieces
              .map(([index, from, to]) => `${secrets[index]?.slice(from, from + to)} `)
              .join('')
            const anew = createRedactor([...known])
            expect(redactor.json(text)).toEqual(anew.json(text))
            expect(redactor.text(text)).toEqual(anew.text(text))
          },
        ),
        { numRuns: Math.min(3000, RUNS / 10) },
      )
    },
    TIMEOUT,
  )
})

describe('a redactor of several sets', () => {
  it('finds what is in any of them', () => {
    const [first, second, empty] = [secretSet(), secretSet(), secretSet()]
    const [one, other] = [random('first', 45), random('second', 45)]
    first.add(new Credential(one))
    second.add(new Credential(other))
    const redactor = redactorOfSets([first, empty, second])
    expect(redactor.json([`${other}${one}`, btoa(one), btoa(other)])).toEqual({
      value: [MARKER, MARKER, MARKER],
      hits: 3,
      withheld: 0,
    })
    expect(redactor.text(`${other} ${one}`).text).toBe(`${MARKER} ${MARKER}`)
    expect(redactorOfSets([]).json(one).value).toBe(one)
  })
})

/** A secret as it is, in base64, in hex, and with each character escaped. */
function formsOf(secret: string): readonly string[] {
  const hex = Buffer.from(secret).toString('hex')
  return [secret, btoa(secret), hex, hex.toUpperCase(), hex.replace(/../g, '%$&')]
}
