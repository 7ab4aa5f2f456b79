// The memory of what was sent, at its bounds: how long it is, who may fill it, and what goes when
// it is full.

import { describe, expect, it } from 'vitest'
import type { Source } from '../../../src/core/binding.ts'
import { Credential } from '../../../src/core/credential.ts'
import { secretMemory } from '../../../src/mcp/redact/secret-memory.ts'
import { secretSet } from '../../../src/mcp/redact/secret-set.ts'
import {
  type LiveSecrets,
  type SentSecretsOptions,
  sentSecrets,
} from '../../../src/mcp/redact/sent-secrets.ts'
import { handClock, issuedToken, MCP, START } from '../../core/parts.ts'
import { tokenOf } from '../remembering.ts'

const EXCHANGE: Source = { type: 'exchange', scopes: [] }
const KEYS: Source = { type: 'static', of: 'person' }
const STATIC_FOR_ALL: Source = { type: 'static', of: 'deployment' }
const OTHER = 'https://other.example/mcp'

function memory(bounds: Omit<SentSecretsOptions, 'now'> = {}) {
  const clock = handClock()
  const sent = sentSecrets({ now: clock.now, ...bounds })
  const at = (person: string, source: Source = EXCHANGE, resource = MCP) =>
    sent.run(person).at({ resource, source })
  return { clock, at }
}

const finds = (live: LiveSecrets, text: string) => live.redactor().json(text).hits > 0
const tokenUntil = (subject: string, seconds: number) =>
  issuedToken(tokenOf(subject), { expiresAt: START + seconds })
const key = (subject: string) =>
  issuedToken(tokenOf(subject), { expiresAt: Number.POSITIVE_INFINITY })

describe('a memory that is full', () => {
  it('takes no further token, and so it is not sent; until one has expired', () => {
    const { clock, at } = memory({ max: 2 })
    expect(at('alice').add(tokenUntil('alice', 300))).toBe(true)
    expect(at('bob').add(tokenUntil('bob', 600))).toBe(true)
    expect(at('carol').add(tokenUntil('carol', 600))).toBe(false)
    // One that it knows already is no further one.
    expect(at('alice').add(tokenUntil('alice', 300))).toBe(true)
    for (const subject of ['alice', 'bob']) expect(finds(at('dave'), tokenOf(subject))).toBe(true)
    clock.forward(600)
    expect(at('carol').add(tokenUntil('carol', 900))).toBe(true)
    expect(finds(at('dave'), tokenOf('alice'))).toBe(false)
    expect(finds(at('dave'), tokenOf('carol'))).toBe(true)
  })

  it('cannot be filled by one person, whose own tokens are refused first', () => {
    const { at } = memory({ max: 100, maxAtServer: 3 })
    const added = Array.from({ length: 5 }, (_, serial) =>
      at('mallory').add(issuedToken(tokenOf('mallory', serial))),
    )
    expect(added).toEqual([true, true, true, false, false])
    expect(at('alice').add(tokenUntil('alice', 300))).toBe(true)
    // At another server the same person has a share of their own.
    expect(at('mallory', EXCHANGE, OTHER).add(tokenUntil('mallory elsewhere', 300))).toBe(true)
  })

  it('cannot be filled by one person with many servers, and others have their places', () => {
    const { at } = memory()
    const added = Array.from({ length: 40 * 256 }, (_, serial) =>
      at('mallory', EXCHANGE, `https://server-${serial % 40}.example/mcp`).add(
        issuedToken(`canary-${serial}-of-mallory`),
      ),
    )
    expect(added.indexOf(false)).toBe(512)
    expect(added.filter(Boolean)).toHaveLength(512)
    expect(at('alice').add(tokenUntil('alice', 300))).toBe(true)
  })

  it('takes the place of a key of the same person at another server, and of nobody else', () => {
    const { at } = memory({ maxOfPerson: 2 })
    const where = ['one', 'two', 'three'] as const
    const keysAt = (name: string) => at('alice', STATIC_FOR_ALL, `https://${name}.example/mcp`)
    at('bob', STATIC_FOR_ALL).add(key('bob'))
    for (const name of where) expect(keysAt(name).add(key(name))).toBe(true)
    const known = ['bob', ...where].filter((name) => finds(at('dave'), tokenOf(name)))
    expect(known).toEqual(['bob', 'two', 'three'])
  })

  it('forgets the key that was unused for the longest, of the same owner first', () => {
    const { at } = memory({ max: 3, maxAtServer: 2 })
    for (const subject of ['alice', 'bob one', 'bob two'])
      expect(at(subject.slice(0, 3), KEYS).add(key(subject))).toBe(true)
    expect(at('bob', KEYS).add(key('bob three'))).toBe(true)
    const known = () =>
      ['alice', 'bob one', 'bob two', 'bob three', 'carol'].filter((subject) =>
        finds(at('dave', KEYS), tokenOf(subject)),
      )
    expect(known()).toEqual(['alice', 'bob two', 'bob three'])
    // Alice's is used again, so another one was unused for longer.
    at('ali', KEYS).add(key('alice'))
    expect(at('carol', KEYS).add(key('carol'))).toBe(true)
    expect(known()).toEqual(['alice', 'bob three', 'carol'])
  })

  it('keeps tokens and keys of a server however many sessions the server opens', () => {
    const { at } = memory({ max: 4 })
    at('alice', KEYS).add(key('alice'))
    at('alice').add(tokenUntil('alice token', 300))
    for (let count = 0; count < 50; count++) at('alice').addSession(`a-new-session-${count}`)
    expect(finds(at('bob'), tokenOf('alice'))).toBe(true)
    expect(finds(at('bob'), tokenOf('alice token'))).toBe(true)
    expect(finds(at('bob'), 'a-new-session-49')).toBe(true)
    expect(finds(at('bob'), 'a-new-session-10')).toBe(false)
  })

  it('makes room for what a caller presents: the oldest of the same person goes', () => {
    const { at } = memory({ maxAtServer: 2 })
    for (const subject of ['one', 'two', 'three'])
      at('alice').addPresented(new Credential(tokenOf(subject)), START + 300)
    expect(['one', 'two', 'three'].map((subject) => finds(at('bob'), tokenOf(subject)))).toEqual([
      false,
      true,
      true,
    ])
  })
})

describe('a secret that comes again', () => {
  it('is remembered for the longer of both times, and once', () => {
    const { clock, at } = memory({ max: 1 })
    at('alice').add(tokenUntil('alice', 900))
    at('alice').add(tokenUntil('alice', 300))
    clock.forward(1199)
    expect(finds(at('bob'), tokenOf('alice'))).toBe(true)
    clock.forward(1)
    expect(finds(at('bob'), tokenOf('alice'))).toBe(false)
  })

  it('is not forgotten for the sake of another when one of its owners’ must stay', () => {
    const { at } = memory({ max: 1 })
    at('alice').addPresented(new Credential(tokenOf('both')), START + 300)
    at('bob').add(tokenUntil('both', 300))
    expect(at('carol').add(tokenUntil('carol', 300))).toBe(false)
    expect(finds(at('carol'), tokenOf('both'))).toBe(true)
  })

  it('stays while it is sent, also when its issuer says that it has expired', () => {
    const { clock, at } = memory()
    at('alice').add(tokenUntil('alice', -9000))
    clock.forward(299)
    expect(finds(at('bob'), tokenOf('alice'))).toBe(true)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('stays for good when it ends at %d', (end) => {
    const { clock, at } = memory()
    at('alice').add(issuedToken(tokenOf('alice'), { endsAt: end }))
    clock.forward(1e9)
    expect(finds(at('bob'), tokenOf('alice'))).toBe(true)
  })
})

describe('secrets that end together', () => {
  it('are forgotten a few in one go, so that nobody waits for all of them', () => {
    const set = secretSet()
    const clock = handClock()
    const kept = secretMemory({
      set,
      max: 1000,
      maxOfPerson: 1000,
      maxAtServer: 1000,
      now: clock.now,
    })
    const term = { person: 'alice', server: MCP, untilMs: clock.now() + 1000, mayGo: false }
    for (let serial = 0; serial < 120; serial++)
      kept.add(new Credential(tokenOf('alice', serial)), term)
    clock.forward(1)
    const sizes = [0, 0, 0].map(() => {
      kept.sweep()
      return set.size
    })
    expect(sizes).toEqual([70, 20, 0])
  })
})

describe('where a secret is searched for', () => {
  it('is everywhere for a token; at its own server, and in its own run, for a key', () => {
    const clock = handClock()
    const sent = sentSecrets({ now: clock.now })
    const alice = sent.run('alice')
    alice.at({ resource: MCP, source: EXCHANGE }).add(tokenUntil('token', 300))
    alice.at({ resource: MCP, source: KEYS }).add(key('key'))
    const where = (live: LiveSecrets) => ['token', 'key'].map((name) => finds(live, tokenOf(name)))
    const bob = sent.run('bob')
    expect(where(bob.at({ resource: MCP, source: EXCHANGE }))).toEqual([true, true])
    expect(where(bob.at({ resource: OTHER, source: EXCHANGE }))).toEqual([true, false])
    expect(where(alice.at({ resource: OTHER, source: EXCHANGE }))).toEqual([true, true])
  })

  it('is its own server alone for the token of a connected account that may be words', () => {
    const { at } = memory()
    const connected = at('alice', { type: 'connection' }, OTHER)
    // The issuer of a hostile server may give the name of another server's tool for a token.
    for (const token of ['list_pull_requests', 'x7Kq2mPz9Lw4vRt8'])
      expect(connected.add(issuedToken(token, { expiresAt: START + 300 }))).toBe(true)
    const bob = [at('bob'), at('bob', EXCHANGE, OTHER)]
    expect(bob.map((live) => finds(live, 'list_pull_requests'))).toEqual([false, true])
    expect(bob.map((live) => finds(live, 'x7Kq2mPz9Lw4vRt8'))).toEqual([true, true])
  })

  it('counts what each search takes out, in one piece and in turns', async () => {
    const { at } = memory()
    const live = at('alice')
    live.add(tokenUntil('alice', 300))
    live.addSession('the-session-of-alice')
    const value = { a: `${tokenOf('alice')}`, b: ['the-session-of-alice', 'else'] }
    const removed = '[credential removed]'
    const clean = { value: { a: removed, b: [removed, 'else'] }, hits: 2, withheld: 0 }
    expect(live.redactor().json(value)).toEqual(clean)
    expect(await live.redactor().jsonInTurns(value)).toEqual(clean)
    const other = { nothing: 'here' }
    expect(live.redactor().json(other).value).toBe(other)
  })
})
