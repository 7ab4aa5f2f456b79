// Servers that fail: slow, dead, flapping, 500, garbage. The client gets one clear error without a word
// of the server's, the others are unharmed, and a server that is down is not asked by everybody.

import { describe, expect, it } from 'vitest'
import { gatewayHouse, textOf, tokenFor } from './house.ts'

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'agent', version: '1' },
  },
}
const call = (name: string) => ({
  jsonrpc: '2.0',
  id: 3,
  method: 'tools/call',
  params: { name, arguments: {} },
})
const EVERYBODY = ['alice', 'bob', 'carol', 'dave']

const refusedConnection = () =>
  Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
  })
const WORDS = 'canary words of the server at tasks.example'

/** Ways to fail. */
const FAILURES: readonly [string, (init: RequestInit) => Promise<Response>][] = [
  ['is dead', () => Promise.reject(refusedConnection())],
  ['answers 500', async () => new Response(WORDS, { status: 500 })],
  [
    'answers garbage',
    async () => new Response(`{${WORDS}`, { headers: { 'content-type': 'application/json' } }),
  ],
  [
    'never answers',
    ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  ],
]

/** A gateway where a person's requests to Tasks can be made to fail. */
function house() {
  let asked = 0
  let failing: ((init: RequestInit) => Promise<Response>) | undefined
  const made = gatewayHouse({
    deadline: 200,
    servers: {
      Tasks: {
        url: 'https://tasks.example/mcp',
        source: { type: 'exchange', scopes: ['read', 'write'] },
      },
      Notes: { url: 'https://notes.example/mcp', source: { type: 'exchange', scopes: ['read'] } },
    },
    async fetch(input, init = {}) {
      const isTasks = String(input).includes('//tasks.example')
      if (isTasks) asked += 1
      if (isTasks && failing) return failing(init)
      return (isTasks ? made.tasks : made.notes).fetch(new Request(input, init))
    },
  })
  return Object.assign(made, {
    asked: () => asked,
    fail(how: typeof failing) {
      failing = how
    },
  })
}

describe.each(FAILURES)('a server that %s', (_, how) => {
  it('is told in one sentence, and takes nothing from the others', async () => {
    const { fail, ask, connect } = house()
    fail(how)
    for (const person of EVERYBODY) {
      const answer = await ask('/mcp/Tasks', tokenFor(person), INITIALIZE)
      const text = await answer.text()
      expect(text).toMatch(/Tasks (cannot be reached|does not answer)/)
      expect(text).not.toMatch(/canary|tasks\.example/)
    }
    const client = await connect('/mcp', { token: tokenFor('alice') })
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['Notes__search'])
    expect(textOf(await client.callTool({ name: 'Notes__search' }))).toBe('notes')
    const told = await client
      .callTool({ name: 'Tasks__echo' })
      .catch((error: Error) => error.message)
    expect(JSON.stringify(told)).toMatch(/Tasks (cannot be reached|does not answer)/)
    expect(JSON.stringify(told)).not.toMatch(/canary|tasks\.example/)
  })

  it('is not asked by everybody while it is down, and is used again when it is up', async () => {
    const { fail, ask, asked, clock, gateway } = house()
    fail(how)
    for (const person of EVERYBODY) await ask('/mcp/Tasks', tokenFor(person), INITIALIZE)
    const before = asked()
    expect(gateway.status().servers).toEqual([
      { name: 'Tasks', breaker: 'open' },
      { name: 'Notes', breaker: 'closed' },
    ])
    for (const person of EVERYBODY) await ask('/mcp/Tasks', tokenFor(person), INITIALIZE)
    expect(asked()).toBe(before)
    fail(undefined)
    clock.forward(3)
    const back = await ask('/mcp/Tasks', tokenFor('alice'), INITIALIZE)
    expect(back.headers.get('mcp-session-id')).not.toBeNull()
    for (const person of EVERYBODY)
      expect(await (await ask('/mcp/Tasks', tokenFor(person), INITIALIZE)).text()).toContain(
        'tasks',
      )
    expect(gateway.status().servers[0]).toEqual({ name: 'Tasks', breaker: 'closed' })
  })
})

it('stops nobody because of one person, whose requests alone fail', async () => {
  const { ask, fail, tasks } = house()
  fail(async (init) =>
    new Headers(init.headers).get('authorization')?.includes('.alice.')
      ? new Response(WORDS, { status: 500 })
      : tasks.fetch(new Request('https://tasks.example/mcp', init)),
  )
  for (let time = 0; time < 5; time++) await ask('/mcp/Tasks', tokenFor('alice'), INITIALIZE)
  const answer = await ask('/mcp/Tasks', tokenFor('bob'), INITIALIZE)
  expect(answer.headers.get('mcp-session-id')).not.toBeNull()
})

describe.each([
  ['one server', '/mcp/Tasks', 'only_alice'],
  ['several servers', '/mcp', 'Tasks__only_alice'],
])('at the address of %s, a server that refuses the credential', (_, path, tool) => {
  it('with 401 gets a fresh one, once', async () => {
    const { fail, connect, tasks } = house()
    const client = await connect(path, { token: tokenFor('alice') })
    await client.listTools()
    const seen: string[] = []
    fail(async (init) => {
      seen.push(new Headers(init.headers).get('authorization') ?? '')
      return seen.length === 1
        ? new Response(null, { status: 401 })
        : tasks.fetch(new Request('https://tasks.example/mcp', init))
    })
    expect(textOf(await client.callTool({ name: tool }))).toBe('alice only')
    expect(new Set(seen).size).toBe(2)
    fail(async () => new Response(null, { status: 401 }))
    const refused = textOf(await client.callTool({ name: tool }))
    expect(refused).toContain('did not accept the credential')
  })

  it('with 403 leads to a challenge that names the scopes', async () => {
    const { fail, ask, tasks } = house()
    const token = tokenFor('alice', 'read')
    const opened = await ask(path, token, INITIALIZE)
    const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
    const forbidden = 'Bearer error="insufficient_scope", scope="write"'
    fail(async (init) =>
      String(init.body).includes('tools/call')
        ? new Response(null, { status: 403, headers: { 'www-authenticate': forbidden } })
        : tasks.fetch(new Request('https://tasks.example/mcp', init)),
    )
    const answer = await ask(path, token, call(tool), headers)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('www-authenticate')).toMatch(/insufficient_scope.*scope="write"/)
  })
})
