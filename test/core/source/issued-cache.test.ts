import { beforeEach, describe, expect, it } from 'vitest'
import { granted, type Result, refused } from '../../../src/core/errors.ts'
import type { IssuedToken } from '../../../src/core/source/exchange.ts'
import { type IssuedCache, issuedCache } from '../../../src/core/source/issued-cache.ts'
import { deferred, handClock, issuedToken, reasonOf } from '../parts.ts'

let clock: ReturnType<typeof handClock>
let cache: IssuedCache
let issues: number
const issue = async () => granted(issuedToken(`token-${++issues}`))
const text = (result: Result<IssuedToken>) =>
  result.ok ? result.value.credential.reveal() : reasonOf(result)

beforeEach(() => {
  clock = handClock()
  cache = issuedCache({ now: clock.now })
  issues = 0
})

describe('the cache of issued tokens', () => {
  it('the cache of issued tokens asks once, then answers from memory', async () => {
    expect(text(await cache.get('alice', 'k', issue))).toBe('token-1')
    const again = cache.get('alice', 'k', issue)
    expect(again).not.toBeInstanceOf(Promise)
    expect(text(await again)).toBe('token-1')
  })

  it('the cache of issued tokens keeps keys apart', async () => {
    expect([
      text(await cache.get('alice', 'a', issue)),
      text(await cache.get('alice', 'b', issue)),
    ]).toEqual(['token-1', 'token-2'])
  })

  it('the cache of issued tokens lets concurrent callers share one request', async () => {
    const { promise, resolve } = deferred<Result<IssuedToken>>()
    const slow = () => {
      issues++
      return promise
    }
    const waiting = Array.from({ length: 20 }, () => cache.get('alice', 'k', slow))
    resolve(granted(issuedToken('shared')))
    expect(new Set((await Promise.all(waiting)).map(text))).toEqual(new Set(['shared']))
    expect(issues).toBe(1)
  })

  it('the cache of issued tokens uses a token until 30 seconds before its expiry', async () => {
    await cache.get('alice', 'k', issue)
    clock.forward(269)
    expect(text(await cache.get('alice', 'k', issue))).toBe('token-1')
    clock.forward(1)
    expect(text(await cache.get('alice', 'k', issue))).toBe('token-2')
  })

  it('the cache of issued tokens uses a token that lives shorter than that for half of its life', async () => {
    const short = async () =>
      granted(issuedToken(`token-${++issues}`, { expiresAt: clock.now() / 1000 + 20 }))
    const texts: string[] = []
    for (const seconds of [0, 9, 1, 9, 1]) {
      clock.forward(seconds)
      texts.push(text(await cache.get('alice', 'k', short)))
    }
    expect(texts).toEqual(['token-1', 'token-1', 'token-2', 'token-2', 'token-3'])
  })

  it('the cache of issued tokens does not serve the token again that a destination refused, and shares its successor', async () => {
    const first = await cache.get('alice', 'k', issue)
    if (!first.ok) throw new Error('no token')
    const after = await Promise.all(
      Array.from({ length: 10 }, () => cache.get('alice', 'k', issue, { refused: first.value })),
    )
    expect(new Set(after.map(text))).toEqual(new Set(['token-2']))
    expect(text(await cache.get('alice', 'k', issue, { refused: first.value }))).toBe('token-2')
    expect(issues).toBe(2)
  })

  it('the cache of issued tokens does not remember a refusal', async () => {
    expect(text(await cache.get('alice', 'k', async () => refused('issuer_unavailable')))).toBe(
      'issuer_unavailable',
    )
    expect(text(await cache.get('alice', 'k', issue))).toBe('token-1')
  })

  it('the cache of issued tokens shares a refusal that concerns everybody, without asking again for each', async () => {
    const { promise, resolve } = deferred<Result<IssuedToken>>()
    const slow = () => {
      issues++
      return promise
    }
    const waiting = Array.from({ length: 20 }, () => cache.get('alice', 'k', slow))
    resolve(refused('issuer_unavailable'))
    expect(new Set((await Promise.all(waiting)).map(text))).toEqual(new Set(['issuer_unavailable']))
    expect(issues).toBe(1)
  })

  it.each(['handle_refused', 'exchange_grant_refused', 'exchange_interaction_required'] as const)(
    'the cache of issued tokens does not let one sign-in that ended (%s) end the others that waited with it',
    async (reason) => {
      const { promise, resolve } = deferred<Result<IssuedToken>>()
      const ended = cache.get('alice', 'k', () => promise)
      const others = Array.from({ length: 5 }, () => cache.get('alice', 'k', issue))
      resolve(refused(reason))
      expect(text(await ended)).toBe(reason)
      expect(new Set((await Promise.all(others)).map(text))).toEqual(new Set(['token-1']))
      expect(issues).toBe(1)
    },
  )

  it('the cache of issued tokens comes to an end when every sign-in that waited has ended', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        cache.get('alice', 'k', async () => refused('handle_refused')),
      ),
    )
    expect(new Set(results.map(text))).toEqual(new Set(['handle_refused']))
  })

  it('the cache of issued tokens is not stuck after a request that throws', async () => {
    await expect(cache.get('alice', 'k', () => Promise.reject(new Error('down')))).rejects.toThrow(
      'down',
    )
    expect(text(await cache.get('alice', 'k', issue))).toBe('token-1')
  })

  it('the cache of issued tokens forgets the tokens of one owner and keeps those of the others', async () => {
    await cache.get('alice', 'a', issue)
    await cache.get('bob', 'b', issue)
    cache.forget('alice')
    expect(text(await cache.get('alice', 'a', issue))).toBe('token-3')
    expect(text(await cache.get('bob', 'b', issue))).toBe('token-2')
  })

  it('the cache of issued tokens does not keep a token that arrives after its owner was forgotten', async () => {
    const late = deferred<Result<IssuedToken>>()
    const bobs = deferred<Result<IssuedToken>>()
    const before = cache.get('alice', 'k', () => late.promise)
    const other = cache.get('bob', 'b', () => bobs.promise)
    cache.forget('alice')
    const after = cache.get('alice', 'k', issue)
    late.resolve(granted(issuedToken('late')))
    bobs.resolve(granted(issuedToken('bob')))
    expect([text(await before), text(await after), text(await other)]).toEqual([
      'late',
      'token-1',
      'bob',
    ])
    expect(text(await cache.get('alice', 'k', issue))).toBe('token-1')
    expect(text(await cache.get('bob', 'b', issue))).toBe('bob')
  })

  it('the cache of issued tokens lets a request that was forgotten end without ending the one after it', async () => {
    const [old, next] = [deferred<Result<IssuedToken>>(), deferred<Result<IssuedToken>>()]
    const before = cache.get('alice', 'k', () => old.promise)
    cache.forget('alice')
    const after = cache.get('alice', 'k', () => next.promise)
    old.resolve(granted(issuedToken('old')))
    await before
    const joined = cache.get('alice', 'k', issue)
    next.resolve(granted(issuedToken('next')))
    expect([text(await after), text(await joined), issues]).toEqual(['next', 'next', 0])
    expect(text(await cache.get('alice', 'k', issue))).toBe('next')
  })

  it('the cache of issued tokens keeps a bounded number of tokens, the oldest going first', async () => {
    cache = issuedCache({ now: clock.now, maxEntries: 2 })
    for (const key of ['1', '2', '3']) await cache.get('alice', key, issue)
    expect(text(await cache.get('alice', '3', issue))).toBe('token-3')
    expect(text(await cache.get('alice', '2', issue))).toBe('token-2')
    expect(text(await cache.get('alice', '1', issue))).toBe('token-4')
  })
})
