// Whose a session is, and what a handle stands for: the two memories by themselves, at their bounds.

import { expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import type { Admitted } from '../../src/core/door/door.ts'
import { memoryVault } from '../../src/core/vault/memory-vault.ts'
import { addHandle, FOREIGN_HANDLE, sessionHandles } from '../../src/mcp-server/session-handles.ts'
import { sessionOwners } from '../../src/mcp-server/session-owners.ts'
import { alice, bob, handClock, MCP, START, verifiedToken } from '../core/parts.ts'

const DAY_SECONDS = 24 * 60 * 60

function owners(maxSessions?: number) {
  const clock = handClock()
  const memory = sessionOwners({ now: clock.now, ...(maxSessions ? { maxSessions } : {}) })
  return { clock, ...memory }
}

it('a session belongs to who opened it, and stays theirs when another opens one of its name', () => {
  const { owns, remember } = owners()
  expect(owns('s', alice)).toBe(false)
  remember('s', alice)
  remember('s', bob)
  expect([owns('s', alice), owns('s', bob)]).toEqual([true, false])
})

it('a session is nobody’s after it was forgotten, and may then be another’s', () => {
  const { owns, remember, forget } = owners()
  remember('s', alice)
  forget('s')
  expect(owns('s', alice)).toBe(false)
  remember('s', bob)
  expect([owns('s', alice), owns('s', bob)]).toEqual([false, true])
})

it('a session ends a day after its last use, not before', () => {
  const { clock, owns, remember } = owners()
  remember('s', alice)
  clock.forward(DAY_SECONDS - 1)
  expect(owns('s', alice)).toBe(true)
  clock.forward(DAY_SECONDS - 1)
  expect(owns('s', alice)).toBe(true)
  clock.forward(DAY_SECONDS)
  expect(owns('s', alice)).toBe(false)
  remember('s', bob)
  expect(owns('s', bob)).toBe(true)
})

it('a session that was unused for the longest makes room for a new one', () => {
  const { owns, remember } = owners(2)
  remember('a', alice)
  remember('b', alice)
  expect(owns('a', alice)).toBe(true)
  remember('c', alice)
  expect(['a', 'b', 'c'].map((id) => owns(id, alice))).toEqual([true, false, true])
})

it('a session that is used pushes no other one out', () => {
  const { owns, remember } = owners(2)
  remember('a', alice)
  remember('b', alice)
  expect([owns('b', alice), owns('a', alice)]).toEqual([true, true])
})

function handles(maxHandles?: number) {
  const clock = handClock()
  const vault = memoryVault({ now: clock.now })
  const memory = sessionHandles({
    vault,
    resource: MCP,
    now: clock.now,
    ...(maxHandles ? { maxHandles } : {}),
  })
  const presented = async (handle: string) => {
    const { credential, placement } = await memory.present(handle)
    expect(placement).toBe('session handle')
    return credential.ok ? credential.value.reveal() : credential.refusal.reason
  }
  return { clock, ...memory, presented }
}

function admitted(changes: Parameters<typeof verifiedToken>[0] = {}, text = 'a.token'): Admitted {
  const token = verifiedToken(changes)
  return { principal: token.principal, token, credential: new Credential(text), trace: 't' }
}

it('a handle stands for the token that it was given for, and is its principal’s', async () => {
  const { give, presented, belongsTo } = handles()
  const handle = await give(admitted())
  expect(await presented(handle)).toBe('a.token')
  expect([belongsTo(handle, alice), belongsTo(handle, bob), belongsTo('other', alice)]).toEqual([
    true,
    false,
    false,
  ])
  expect(await presented('other')).toBe('handle_refused')
})

it('a handle is the same for the same token, in whatever order its scopes come', async () => {
  const { give } = handles()
  const handle = await give(admitted({ scopes: ['a', 'b'] }))
  expect(await give(admitted({ scopes: ['b', 'a'] }))).toBe(handle)
})

it.each<[string, Parameters<typeof verifiedToken>[0]]>([
  ['no id', { tokenId: undefined as never }],
  ['another id', { tokenId: 'other' }],
  ['other scopes', { scopes: ['a'] }],
  ['another end', { expiresAt: START + 600 }],
  ['another principal', { principal: bob }],
  ['another client', { principal: { ...alice, client: 'other' } }],
  ['an actor', { principal: { ...alice, actor: { subject: 'app' } } }],
])('a handle is another one for a token with %s', async (_, changes) => {
  const { give, presented } = handles()
  const first = await give(admitted())
  const second = await give(admitted(changes, 'another.token'))
  expect(second).not.toBe(first)
  expect([await presented(first), await presented(second)]).toEqual(['a.token', 'another.token'])
})

it('a handle is a new one each time for a token without an id', async () => {
  const { give } = handles()
  const bare = { tokenId: undefined as never }
  expect(await give(admitted(bare))).not.toBe(await give(admitted(bare)))
})

it('a handle ends with its token, and the next one is new', async () => {
  const { clock, give, presented, belongsTo } = handles()
  const handle = await give(admitted())
  clock.forward(299)
  expect(await presented(handle)).toBe('a.token')
  clock.forward(1)
  expect([await presented(handle), belongsTo(handle, alice)]).toEqual(['handle_refused', false])
  expect(await give(admitted({ expiresAt: START + 900 }))).not.toBe(handle)
})

it('a handle that is the oldest makes room for a new one', async () => {
  const { give, presented } = handles(2)
  const given = []
  for (const tokenId of ['1', '2', '3'])
    given.push(await give(admitted({ tokenId }, `token.${tokenId}`)))
  expect(await Promise.all(given.map(presented))).toEqual(['handle_refused', 'token.2', 'token.3'])
  given.push(await give(admitted({ tokenId: '4' }, 'token.4')))
  expect(await Promise.all(given.map(presented))).toEqual([
    'handle_refused',
    'handle_refused',
    'token.3',
    'token.4',
  ])
  expect(await presented(await give(admitted({ tokenId: '1' }, 'token.1')))).toBe('token.1')
})

it('a handle goes with a successful answer alone, which nobody may keep', () => {
  const withHandle = addHandle(Response.json({}), 'handle')
  expect([...withHandle.headers].filter(([name]) => /onbehalf|cache/.test(name))).toEqual([
    ['cache-control', 'no-store'],
    ['onbehalf-session', 'handle'],
  ])
  for (const [response, handle] of [
    [Response.json({}, { status: 500 }), 'handle'],
    [Response.json({}), undefined],
  ] as const)
    expect(addHandle(response, handle)).toBe(response)
})

it('a handle that came with somebody else’s token presents nothing', () => {
  expect(FOREIGN_HANDLE).toEqual({
    credential: { ok: false, refusal: { reason: 'handle_refused' } },
    placement: 'session handle',
  })
})
