// The breaker in front of an authorization server that hangs or is gone.

import { describe, expect, it } from 'vitest'
import { clientSecretBasic, tokenExchanger } from '../../src/oauth/index.ts'
import { deferred, handClock, reasonOf } from '../core/parts.ts'
import { fakeServer, ISSUER, secret } from './server.ts'

const target = { resource: 'https://tasks.example/mcp', scopes: [] }

function house(deadline = 10_000) {
  const clock = handClock()
  let answer: () => Response | Promise<Response> = good
  const server = fakeServer(() => answer())
  const exchanger = tokenExchanger({
    issuer: ISSUER,
    clientId: 'app',
    client: clientSecretBasic(secret('s3cr3t')),
    fetch: server.fetch,
    now: clock.now,
    deadline,
  })
  let people = 0
  const exchangeAs = (token: () => string) => async (signal?: AbortSignal) =>
    reasonOf(await exchanger.exchange(secret(token()), target, signal ? { signal } : {}))
  return {
    clock,
    server,
    answers(with_: () => Response | Promise<Response>) {
      answer = with_
    },
    exchange: exchangeAs(() => `subject-${people++}`),
    /** As one person, with another token each time. */
    exchangeAs: (person: string) => exchangeAs(() => tokenOf(person)),
  }
}

function good(): Response {
  return Response.json({
    access_token: 'new-token',
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: 300,
  })
}

let tokens = 0

function tokenOf(sub: string): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ iss: ISSUER, sub, jti: tokens++ })}.c2ln`
}

const down = () => new Response(null, { status: 503 })

describe('an authorization server that does not answer', () => {
  it('an authorization server that hangs is asked twice, and then callers are told at once', async () => {
    const house_ = house(20)
    house_.answers(() => new Promise(() => {}))
    expect([await house_.exchange(), await house_.exchange()]).toEqual([
      'issuer_unavailable',
      'issuer_unavailable',
    ])
    house_.answers(good)
    expect(await house_.exchange()).toBe('issuer_unavailable')
    expect(house_.server.requests).toHaveLength(2)
  })

  it('an authorization server that is back is noticed by the next probe', async () => {
    const { answers, exchange, clock, server } = house()
    answers(down)
    await exchange()
    await exchange()
    answers(good)
    expect(await exchange()).toBe('issuer_unavailable')
    clock.forward(1)
    expect([await exchange(), await exchange(), server.requests.length]).toEqual([
      'granted',
      'granted',
      4,
    ])
  })

  it('an authorization server is asked by one probe, however many wait', async () => {
    const { answers, exchange, clock, server } = house()
    answers(down)
    await exchange()
    await exchange()
    clock.forward(1)
    const late = deferred<Response>()
    answers(() => late.promise)
    const probe = exchange()
    const others = await Promise.all(Array.from({ length: 50 }, () => exchange()))
    expect(new Set(others)).toEqual(new Set(['issuer_unavailable']))
    late.resolve(good())
    expect([await probe, server.requests.length]).toEqual(['granted', 3])
    answers(good)
    expect(await exchange()).toBe('granted')
  })

  it('an authorization server that stays away is asked less and less, and each 30 seconds at least', async () => {
    const { answers, exchange, clock, server } = house()
    answers(down)
    for (let second = 0; second < 300; second++) {
      await exchange()
      clock.forward(1)
    }
    const asked = server.requests.length
    expect(asked).toBeLessThan(20)
    answers(good)
    let seconds = 0
    while ((await exchange()) !== 'granted') {
      clock.forward(1)
      seconds++
    }
    expect(seconds).toBeLessThanOrEqual(30)
  })

  it('an authorization server that fails for many at the same moment is not away the longer for it', async () => {
    const { answers, exchange, clock } = house()
    answers(down)
    await Promise.all(Array.from({ length: 100 }, () => exchange()))
    answers(good)
    clock.forward(1)
    expect(await exchange()).toBe('granted')
  })

  it('an authorization server that answers anything is there', async () => {
    const { answers, exchange, server } = house()
    for (const answer of [down, () => Response.json({ error: 'invalid_grant' }, { status: 400 })])
      for (let time = 0; time < 2; time++) {
        answers(time === 0 ? answer : good)
        await exchange()
      }
    answers(good)
    expect([await exchange(), server.requests.length]).toEqual(['granted', 5])
  })

  it('a caller who gives up during the probe leaves it to the next one', async () => {
    const { answers, exchange, clock } = house()
    answers(down)
    await exchange()
    await exchange()
    clock.forward(1)
    answers(() => new Promise(() => {}))
    const controller = new AbortController()
    const probe = exchange(controller.signal)
    controller.abort()
    expect(await probe).toBe('cancelled')
    answers(good)
    expect(await exchange()).toBe('granted')
  })

  it('a clock that is set back makes no pause longer', async () => {
    const { answers, exchange, clock } = house()
    answers(down)
    await exchange()
    await exchange()
    answers(good)
    clock.forward(-3600)
    expect(await exchange()).toBe('granted')
  })

  it('an authorization server that fails for one account serves everybody else', async () => {
    const { answers, exchange, exchangeAs, server } = house()
    const odd = exchangeAs('odd')
    answers(down)
    for (let time = 0; time < 10; time++) expect(await odd()).toBe('issuer_unavailable')
    expect(server.requests).toHaveLength(10)
    answers(good)
    expect(await exchange()).toBe('granted')
  })

  it('an authorization server that fails for two people is away', async () => {
    const { answers, exchangeAs, server } = house()
    answers(down)
    await exchangeAs('alice')()
    await exchangeAs('bob')()
    await exchangeAs('alice')()
    expect(server.requests).toHaveLength(2)
  })

  it('an authorization server that hangs for one person is away: each call would wait', async () => {
    const { answers, exchangeAs, server } = house(20)
    answers(() => new Promise(() => {}))
    const alice = exchangeAs('alice')
    for (let time = 0; time < 3; time++) await alice()
    expect(server.requests).toHaveLength(2)
  })

  it('an authorization server that is back is noticed, though an odd account asks all the time', async () => {
    const { answers, exchange, exchangeAs, clock } = house()
    const odd = exchangeAs('odd')
    answers(down)
    await exchange()
    await exchange()
    clock.forward(1)
    await odd()
    let seconds = 0
    for (; seconds < 60; seconds++) {
      await odd()
      answers(good)
      const isBack = (await exchange()) === 'granted'
      answers(down)
      if (isBack) break
      clock.forward(1)
    }
    expect(seconds).toBeLessThan(5)
  })

  it('an authorization server that is back gets those who waited a few at a time', async () => {
    const { answers, exchange, clock } = house()
    answers(down)
    await exchange()
    await exchange()
    answers(good)
    clock.forward(1)
    expect(await exchange()).toBe('granted')
    let underWay = 0
    const seen: number[] = []
    answers(async () => {
      underWay++
      seen.push(underWay)
      await new Promise((resolve) => setImmediate(resolve))
      underWay--
      return good()
    })
    const all = await Promise.all(Array.from({ length: 200 }, () => exchange()))
    expect(new Set(all)).toEqual(new Set(['granted']))
    expect(seen[0]).toBe(1)
    expect(Math.max(...seen.slice(0, 4))).toBeLessThanOrEqual(4)
    expect(Math.max(...seen)).toBeLessThan(150)
  })

  it('who waits for a turn at an authorization server that goes away again is told at once', async () => {
    const { answers, exchange, clock, server } = house()
    answers(down)
    await exchange()
    await exchange()
    answers(good)
    clock.forward(1)
    await exchange()
    answers(down)
    const all = await Promise.all(Array.from({ length: 50 }, () => exchange()))
    expect(new Set(all)).toEqual(new Set(['issuer_unavailable']))
    expect(server.requests.length).toBeLessThan(10)
  })

  it('who gives up while waiting for a turn takes no turn', async () => {
    const { answers, exchange, clock, server } = house()
    answers(down)
    await exchange()
    await exchange()
    answers(good)
    clock.forward(1)
    await exchange()
    const late = deferred<Response>()
    answers(() => late.promise.then((response) => response.clone()))
    const first = [exchange(), exchange()]
    const controller = new AbortController()
    const waiting = exchange(controller.signal)
    controller.abort()
    expect(await waiting).toBe('cancelled')
    late.resolve(good())
    expect(await Promise.all(first)).toEqual(['granted', 'granted'])
    expect(server.requests).toHaveLength(5)
  })
})
