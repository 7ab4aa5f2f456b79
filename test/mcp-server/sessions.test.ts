// Servers with sessions (MCP 2025-11-25): an `Mcp-Session-Id` belongs to the person that it was
// given to.

import { expect, it } from 'vitest'
import { build, toolCall } from './house.ts'

/** Ten thousand requests may take this long on a busy machine. */
const BUSY_MACHINE_MS = 120_000
const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: {} }

/** A server that gives out session ids and believes any that it is shown. */
async function sessionful(options: Parameters<typeof build>[0] = {}) {
  let count = 0
  const house = await build(options, async (request) => {
    const id = request.headers.get('mcp-session-id') ?? `session-${++count}`
    return Response.json({ id }, { headers: { 'mcp-session-id': id } })
  })
  const alice = await house.mint()
  const bob = await house.mint({ sub: 'bob' })
  const start = async (token: string) =>
    (await house.post(initialize, {}, token)).headers.get('mcp-session-id') ?? ''
  const use = (id: string, token: string, more: Record<string, string> = {}) =>
    house.post(toolCall('whoami'), { 'mcp-session-id': id, ...more }, token)
  return { house, alice, bob, start, use }
}

it('its owner uses a session, also with a refreshed token', async () => {
  const { house, alice, start, use } = await sessionful()
  const id = await start(alice)
  expect((await use(id, alice)).status).toBe(200)
  expect((await use(id, await house.mint({ act: { sub: 'agent' } }))).status).toBe(200)
})

it('another person with a session id gets the same 404 as for an unknown id, and the handler is not called', async () => {
  const { house, alice, bob, start, use } = await sessionful()
  const id = await start(alice)
  const before = house.handled.length
  const [foreign, unknown] = [await use(id, bob), await use('never-was', bob)]
  expect([foreign.status, unknown.status]).toEqual([404, 404])
  expect(await foreign.text()).toBe(await unknown.text())
  expect(house.handled).toHaveLength(before)
  expect((await use(id, alice)).status).toBe(200)
})

it('a session id alone is worth nothing', async () => {
  const { house, alice, start } = await sessionful()
  const id = await start(alice)
  const request = new Request('https://tasks.example/mcp', {
    method: 'POST',
    headers: { 'mcp-session-id': id },
    body: '{}',
  })
  expect((await house.serve(request)).status).toBe(401)
})

it('a GET and a DELETE are held to the owner too, and a deleted session is gone', async () => {
  const { house, alice, bob, start, use } = await sessionful()
  const id = await start(alice)
  const send = (method: string, token: string) =>
    house.serve(
      new Request('https://tasks.example/mcp', {
        method,
        headers: { authorization: `Bearer ${token}`, 'mcp-session-id': id },
      }),
    )
  expect((await send('GET', bob)).status).toBe(404)
  expect((await send('DELETE', bob)).status).toBe(404)
  expect((await send('GET', alice)).status).toBe(200)
  expect((await send('DELETE', alice)).status).toBe(200)
  expect((await use(id, alice)).status).toBe(404)
})

it('a request of 2026-07-28 has no session: an id that it sends does not reach the server', async () => {
  const { house, alice, bob, start, use } = await sessionful()
  const id = await start(alice)
  const response = await use(id, bob, { 'mcp-protocol-version': '2026-07-28' })
  expect(response.status).toBe(200)
  expect(house.handled.at(-1)?.headers.get('mcp-session-id')).toBeNull()
  expect(await response.json()).not.toEqual({ id })
})

it('a session that was idle for a day is forgotten', async () => {
  let time = Date.now()
  const { alice, start, use } = await sessionful({ now: () => time })
  const id = await start(alice)
  time += 23 * 3_600_000
  expect((await use(id, alice)).status).toBe(200)
  time += 25 * 3_600_000
  expect((await use(id, alice)).status).toBe(404)
})

// Mutation testing would make its ten thousand sessions for every change.
it.skipIf(process.env.ONBEHALF_MUTATION)(
  'of more sessions than are remembered, the ones unused for the longest are forgotten, never given to others',
  async () => {
    const { house, alice, bob, start, use } = await sessionful()
    const [first, second] = [await start(alice), await start(alice)]
    await use(first, alice)
    for (let count = 0; count < 9_999; count++) await house.post(initialize, {}, bob)
    expect((await use(first, alice)).status).toBe(200)
    expect((await use(second, alice)).status).toBe(404)
    expect((await use(second, bob)).status).toBe(404)
  },
  BUSY_MACHINE_MS,
)
