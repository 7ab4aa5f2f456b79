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
  return {
    clock,
    server,
    answers(with_: () => Response | Promise<Response>) {
      answer = with_
    },
    exchange: async (signal?: AbortSignal) =>
      reasonOf(await exchanger.exchange(secret('subject'), target, signal ? { signal } : {})),
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
})
