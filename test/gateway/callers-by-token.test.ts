// What is kept between the calls of one token, and when it ends.

import { hash } from 'node:crypto'
import { expect, it } from 'vitest'
import { memoryVault } from '../../src/core/vault/memory-vault.ts'
import type { Vault } from '../../src/core/vault/vault.ts'
import { cachedVerifier } from '../../src/core/verify/verified-cache.ts'
import type { GatewayOptions } from '../../src/gateway/index.ts'
import { deferred, ISSUER } from '../core/parts.ts'
import { comeIn, gatewayHouse, tokenFor } from './house.ts'

comeIn('quick')

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

/** A gateway that remembers verified tokens, as every preset does, and counts what its vault is given. */
function keepingHouse(changes: Partial<GatewayOptions> = {}) {
  const { options, clock } = gatewayHouse()
  const { verifier } = options
  const counts = { deposited: 0, discarded: 0 }
  const inner = memoryVault()
  const vault: Vault = {
    deposit(deposit) {
      counts.deposited += 1
      return inner.deposit({ ...deposit, expiresAt: Date.now() / 1000 + 3600 })
    },
    withdraw: (...given) => inner.withdraw(...given),
    discard(...given) {
      counts.discarded += 1
      return inner.discard(...given)
    },
  }
  const digest = (text: string) => hash('sha256', text, 'hex')
  const house = gatewayHouse({
    vault,
    ...(verifier ? { verifier: cachedVerifier(verifier, { digest, now: clock.now }) } : {}),
    now: clock.now,
    ...changes,
  })
  const list = async (token: string, path = '/mcp/Notes') => {
    const response = await house.ask(path, token, LIST)
    await response.text()
    return response.status
  }
  return { ...house, clock, counts, list }
}

it('is made once for all calls of one token at one address, and never for another token', async () => {
  const { counts, list } = keepingHouse()
  for (let call = 0; call < 5; call++) expect(await list(tokenFor('alice'))).toBe(200)
  expect(counts).toEqual({ deposited: 1, discarded: 0 })
  await list(tokenFor('bob'))
  await list(tokenFor('alice', 'read', 300, 'refreshed'))
  expect(counts.deposited).toBe(3)
})

it('leaves each call its own trace, in every hop', async () => {
  const { events, list } = keepingHouse()
  await list(tokenFor('alice'))
  const before = events.splice(0)
  expect(new Set(before.map(({ trace }) => trace)).size).toBe(1)
  expect(before.map(({ hop }) => hop)).toEqual(['door', 'exchange', 'carry'])
  await list(tokenFor('alice'))
  expect(new Set(events.map(({ trace }) => trace)).size).toBe(1)
  expect(events[0]?.trace).not.toBe(before[0]?.trace)
})

it('ends when its person is revoked, and a token that is still good is admitted anew', async () => {
  const { counts, gateway, list } = keepingHouse()
  await list(tokenFor('alice'))
  gateway.revoke({ issuer: ISSUER, subject: 'alice' })
  expect(counts.discarded).toBe(1)
  expect(await list(tokenFor('alice'))).toBe(200)
  expect(counts.deposited).toBe(2)
})

it('is not used for a sign-in that has ended, nor for a token that has expired', async () => {
  const { clock, gateway, list } = keepingHouse()
  expect(await list(tokenFor('alice'))).toBe(200)
  gateway.endSignIn({ issuer: ISSUER, subject: 'alice' })
  expect(await list(tokenFor('alice'))).toBe(401)
  expect(await list(tokenFor('bob', 'read', 30))).toBe(200)
  clock.forward(31)
  expect(await list(tokenFor('bob', 'read', 30))).toBe(401)
})

it('ends when nobody has used it for a minute', async () => {
  const { clock, counts, list } = keepingHouse()
  await list(tokenFor('alice'))
  clock.forward(62)
  await list(tokenFor('bob'))
  expect(counts).toEqual({ deposited: 2, discarded: 1 })
})

it('ends a call under way when its person is revoked, and not when another call is left', async () => {
  const begun: AbortSignal[] = []
  const held = keepingHouse({
    fetch: (_, init) =>
      new Promise((_, reject) => {
        const { signal } = init ?? {}
        if (!signal) return
        begun.push(signal)
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  })
  const call = () => held.ask('/mcp/Notes', tokenFor('alice'), LIST)
  const [first, second] = [call(), call()]
  await expect.poll(() => begun.length).toBe(2)
  expect(held.counts.deposited).toBeLessThanOrEqual(2)
  held.gateway.revoke({ issuer: ISSUER, subject: 'alice' })
  for (const answer of await Promise.all([first, second]))
    expect(await answer.text()).toContain('error')
  expect(begun.every(({ aborted }) => aborted)).toBe(true)
})

it('serves every one of the first calls of a token, which come at once', async () => {
  const inner = memoryVault()
  const { promise: isOpen, resolve: open } = deferred<void>()
  let waiting = 0
  const { ask } = gatewayHouse({
    vault: {
      ...inner,
      async deposit(deposit) {
        waiting += 1
        await isOpen
        return inner.deposit({ ...deposit, expiresAt: Date.now() / 1000 + 3600 })
      },
    },
  })
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search' } }
  const asked = Array.from({ length: 16 }, () => ask('/mcp/Notes', tokenFor('alice'), call))
  await expect.poll(() => waiting).toBe(16)
  open()
  for (const answer of await Promise.all(asked))
    expect(await answer.text()).toContain('"text":"notes"')
})
