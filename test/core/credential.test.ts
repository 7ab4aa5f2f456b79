import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { inspect } from 'node:util'
import { serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Credential, isBearerToken } from '../../src/core/credential.ts'

const SECRET = 'canary-4d1f0c9b7a'

describe('a credential', () => {
  it('a credential gives its text to reveal() alone', () => {
    expect(new Credential(SECRET).reveal()).toBe(SECRET)
  })

  const credential = new Credential(SECRET)
  const renderings: readonly (readonly [string, () => string])[] = [
    ['String()', () => String(credential)],
    ['a template', () => `${credential}`],
    ['toString()', () => credential.toString()],
    ['concatenation', () => ['', credential].join('x')],
    ['JSON.stringify', () => JSON.stringify({ credential, list: [credential] })],
    ['util.inspect', () => inspect({ credential }, { depth: 9, showHidden: true, getters: true })],
    [
      'util.inspect without custom hooks',
      () => inspect(credential, { customInspect: false, showHidden: true }),
    ],
    ['Object.entries', () => JSON.stringify(Object.entries(credential))],
    ['Reflect.ownKeys', () => Reflect.ownKeys(credential).map(String).join()],
    ['a spread', () => inspect({ ...credential })],
    ['structuredClone', () => inspect(structuredClone(credential), { showHidden: true })],
    ['v8 serialisation', () => serialize(credential).toString('latin1')],
    ['Object.prototype.toString', () => Object.prototype.toString.call(credential)],
    ['an Error message', () => String(new Error(`refused: ${credential}`))],
    [
      'an Error cause',
      () => inspect(new Error('refused', { cause: credential }), { showHidden: true, depth: 9 }),
    ],
    ['a Map', () => inspect(new Map([[credential, credential]]), { depth: 9 })],
    [
      'URLSearchParams',
      () => new URLSearchParams({ value: credential as unknown as string }).toString(),
    ],
    [
      'Headers',
      () => new Headers({ 'x-value': credential as unknown as string }).get('x-value') ?? '',
    ],
  ]
  it.each(renderings)('a credential does not show in %s', (_, render) => {
    expect(render()).not.toContain(SECRET)
  })

  it('a credential renders as [credential] where a text is wanted', () => {
    expect([`${credential}`, JSON.stringify(credential), inspect(credential)]).toEqual([
      '[credential]',
      '"[credential]"',
      '[credential]',
    ])
  })

  it('a credential does not show in console.log', () => {
    const written: string[] = []
    const stream = new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk))
        done()
      },
    })
    new Console(stream).log(
      '%s %o %O %j',
      credential,
      credential,
      { credential },
      credential,
      credential,
    )
    expect(written.join('')).toBe(
      '[credential] [credential] { credential: [credential] } "[credential]" [credential]\n',
    )
  })

  it('a credential is not valid without a text, or with control characters, and the error does not quote it', () => {
    const bad: readonly unknown[] = [
      '',
      undefined,
      null,
      7,
      {},
      `${SECRET}\r\nX: y`,
      `${SECRET}\0`,
      `\t${SECRET}`,
      `${SECRET}\x7f`,
    ]
    for (const value of bad) {
      const making = () => new Credential(value as string)
      expect(making).toThrow(TypeError)
      expect(making).not.toThrow(SECRET)
    }
  })

  it('a credential cannot be imitated by an object that has its methods', () => {
    const imitation = Object.create(Credential.prototype) as Credential
    expect(() => imitation.reveal()).toThrow(TypeError)
  })

  it('a credential does not compare equal by its text', () => {
    expect(Object.is(new Credential(SECRET), new Credential(SECRET))).toBe(false)
  })
})

describe('isBearerToken', () => {
  it.each(['a', 'eyJh.eyJz.sig-_', 'a+/~.-_', 'abc=', 'abc=='])(
    'isBearerToken takes the b64token %s',
    (text) => {
      expect(isBearerToken(text)).toBe(true)
    },
  )
  it.each(['', '=', 'a=b', 'a b', 'a,b', 'a"b', 'ä', 'a\n', 'a\r\nb', '{a}', ' a'])(
    'isBearerToken refuses %j',
    (text) => {
      expect(isBearerToken(text)).toBe(false)
    },
  )
  it('isBearerToken takes nothing that could end a header or a value', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => !isBearerToken(text) || !/[\s",;\\\x00-\x1f]/.test(text),
      ),
    )
  })
})
