// Two people at one gateway: what real gateways got wrong (sessions, lists, expiry, hiding,
// reflection) is a test each.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { createGateway } from '../../src/gateway/index.ts'
import { GATEWAY, gatewayHouse, textOf, tokenFor } from './house.ts'

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
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
const call = (name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id: 3,
  method: 'tools/call',
  params: { name, arguments: args },
})
const alice = () => ({ token: tokenFor('alice') })
const bob = () => ({ token: tokenFor('bob') })

describe('a client at the address of one server', () => {
  it('acts as its person, with a credential for that server alone', async () => {
    const { connect, tasks } = gatewayHouse()
    const client = await connect('/mcp/Tasks', alice())
    await client.callTool({ name: 'only_alice' })
    const { authorization } = tasks.reached.at(-1) ?? {}
    expect(authorization).toMatch(/^Bearer issued\.alice\.tasks\.example\./)
    expect(authorization).not.toContain('canary.alice')
  })

  it('sees neither the parameters of the pattern nor what fills them, whatever it sends', async () => {
    const { connect, tasks } = gatewayHouse()
    const client = await connect('/mcp/Tasks', alice())
    const { tools } = await client.listTools()
    const addTask = tools.find(({ name }) => name === 'add_task')
    expect(Object.keys(addTask?.inputSchema.properties ?? {})).toEqual(['title'])
    const result = await client.callTool({
      name: 'add_task',
      arguments: { title: 'milk', user_id: 'bob', access_token: 'evil' },
    })
    expect(tasks.reached.at(-1)?.args).toEqual({
      title: 'milk',
      user_id: 'alice',
      access_token: expect.stringMatching(/^issued\.alice\./),
    })
    expect(textOf(result)).toMatch(/^milk of alice by /)
    expect(textOf(result)).not.toContain('issued.')
  })

  it('gets nothing that a server sends back of a credential', async () => {
    const { connect } = gatewayHouse()
    const client = await connect('/mcp/Tasks', alice())
    const told = textOf(await client.callTool({ name: 'echo' }))
    expect(told).toMatch(/^got /)
    expect(told).not.toMatch(/issued|canary/)
  })

  it('goes on with a refreshed token, and not with one that has expired', async () => {
    const { connect, clock, ask } = gatewayHouse()
    const person = alice()
    const client = await connect('/mcp/Tasks', person)
    clock.forward(290)
    person.token = tokenFor('alice', 'read', 900, '2')
    clock.forward(60)
    expect(textOf(await client.callTool({ name: 'only_alice' }))).toBe('alice only')
    const expired = await ask('/mcp/Tasks', tokenFor('alice'), LIST)
    expect(expired.status).toBe(401)
    expect(expired.headers.get('www-authenticate')).toContain('invalid_token')
  })

  it('keeps one session upstream, however many calls it makes', async () => {
    const { connect, tasks } = gatewayHouse()
    const client = await connect('/mcp/Tasks', alice())
    for (let count = 0; count < 5; count++) await client.callTool({ name: 'echo' })
    expect(tasks.methods().filter((method) => method === 'initialize')).toHaveLength(1)
  })

  it('may make several calls at once before anything was listed', async () => {
    const { connect, tasks } = gatewayHouse()
    const client = await connect('/mcp/Tasks', { token: tokenFor('alice') }, 'legacy')
    const titles = ['milk', 'bread', 'tea']
    const results = await Promise.all(
      titles.map((title) => client.callTool({ name: 'add_task', arguments: { title } })),
    )
    expect(results.map((result) => textOf(result).split(' ')[0])).toEqual(titles)
    expect(tasks.methods().filter((method) => method === 'tools/list')).toHaveLength(1)
    // A server answers the last of the requests that have the same id, and the others never.
    const ids = tasks.reached.flatMap(({ id }) => (id === undefined ? [] : [id]))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('speaks the newest revision where the server does', async () => {
    const { connect, notes } = gatewayHouse()
    const client = await connect('/mcp/Notes', alice())
    expect(textOf(await client.callTool({ name: 'search' }))).toBe('notes')
    expect(notes.reached.at(-1)?.headers.get('mcp-protocol-version')).toBe('2026-07-28')
  })
})

describe('two people', () => {
  it('are apart, also when they call at the same time', async () => {
    const { connect, tasks } = gatewayHouse()
    const [a, b] = await Promise.all([connect('/mcp/Tasks', alice()), connect('/mcp/Tasks', bob())])
    const told = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const [client, person] = index % 2 === 0 ? [a, 'alice'] : [b, 'bob']
        return [person, textOf(await client.callTool({ name: `only_${person}` }))]
      }),
    )
    for (const [person, text] of told) expect(text).toBe(`${person} only`)
    for (const { authorization, args } of tasks.reached) {
      expect(authorization).toMatch(/issued\.(alice|bob)\./)
      expect(args ?? {}).toEqual({})
    }
  })

  it('have lists of their own, whoever lists in between', async () => {
    const { connect } = gatewayHouse()
    const a = await connect('/mcp/Tasks', alice())
    const b = await connect('/mcp/Tasks', bob())
    const names = async (client: typeof a) =>
      (await client.listTools()).tools.map(({ name }) => name)
    expect(await names(a)).toContain('only_alice')
    expect(textOf(await a.callTool({ name: 'only_alice' }))).toBe('alice only')
    expect(await names(b)).not.toContain('only_alice')
    expect(textOf(await a.callTool({ name: 'only_alice' }))).toBe('alice only')
    expect(textOf(await b.callTool({ name: 'only_bob' }))).toBe('bob only')
    expect(textOf(await b.callTool({ name: 'only_alice' }))).not.toBe('alice only')
  })

  it.each(['POST', 'GET', 'DELETE'])(
    'cannot use each other’s session by %s, and the owner notices nothing',
    async (method) => {
      const { connect, ask, tasks } = gatewayHouse()
      const client = await connect('/mcp/Tasks', alice())
      const headers = { 'mcp-session-id': client.session() ?? '' }
      const foreign = await ask('/mcp/Tasks', tokenFor('bob'), LIST, headers, method)
      expect(foreign.status).toBe(404)
      expect(tasks.reached.some(({ authorization }) => authorization.includes('bob'))).toBe(false)
      expect(textOf(await client.callTool({ name: 'only_alice' }))).toBe('alice only')
    },
  )
})

describe('an id of a session', () => {
  it('is worth nothing when it was never given out, or to another route or gateway', async () => {
    const { connect, ask } = gatewayHouse()
    const client = await connect('/mcp/Tasks', alice())
    const session = client.session() ?? ''
    const changed = `${session.slice(0, -2)}${session.endsWith('AA') ? 'BB' : 'AA'}`
    for (const id of ['x', 'never-given-out-0123456789abcdef', changed, 'A'.repeat(5000)]) {
      const answer = await ask('/mcp/Tasks', tokenFor('alice'), LIST, { 'mcp-session-id': id })
      expect(answer.status).toBe(404)
    }
    const elsewhere = await ask('/mcp/Notes', tokenFor('alice'), LIST, {
      'mcp-session-id': session,
    })
    expect(elsewhere.status).toBe(404)
    const other = gatewayHouse()
    const restarted = await other.ask('/mcp/Tasks', tokenFor('alice'), LIST, {
      'mcp-session-id': session,
    })
    expect(restarted.status).toBe(404)
  })

  it('is served by every instance with the same secret, and by none with another', async () => {
    const secret = () => new Credential('one-secret-for-all-instances-0123456789')
    const one = gatewayHouse({ sessionSecret: secret() })
    const two = gatewayHouse({ sessionSecret: secret(), ...pick(one.options) })
    const client = await one.connect('/mcp/Tasks', alice())
    const headers = { 'mcp-session-id': client.session() ?? '' }
    const answer = await two.ask('/mcp/Tasks', tokenFor('alice'), LIST, headers)
    expect(answer.status).toBe(200)
    // What it is bound to holds there too.
    expect((await two.ask('/mcp/Tasks', tokenFor('bob'), LIST, headers)).status).toBe(404)
    expect((await two.ask('/mcp/Notes', tokenFor('alice'), LIST, headers)).status).toBe(404)
    expect((await two.ask('/mcp', tokenFor('alice'), LIST, headers)).status).toBe(404)
  })

  it('is not that of the server, and is in no event of the audit', async () => {
    const { connect, tasks, events } = gatewayHouse()
    const client = await connect('/mcp/Tasks', alice())
    await client.callTool({ name: 'echo' })
    const behind = tasks.reached.at(-1)?.session ?? ''
    expect(behind).not.toBe('')
    expect(client.session()).not.toContain(behind)
    expect(JSON.stringify(events)).not.toContain(behind)
    expect(JSON.stringify(events)).not.toContain(client.session())
  })
})

/** Both gateways have the same servers behind them. */
const pick = ({ fetch }: { readonly fetch?: typeof globalThis.fetch }) => (fetch ? { fetch } : {})

describe('the front', () => {
  it.each(['/mcp', '/mcp/Tasks', '/mcp/Notes'])(
    'describes %s as a resource of its own',
    async (path) => {
      const { ask, gateway } = gatewayHouse()
      const refused = await ask(path, undefined, LIST)
      expect(refused.status).toBe(401)
      const [, url = ''] =
        /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? []
      expect(url).toBe(`${GATEWAY}/.well-known/oauth-protected-resource${path}`)
      const metadata = await gateway.fetch(new Request(url))
      expect(await metadata.json()).toMatchObject({
        resource: `${GATEWAY}${path}`,
        authorization_servers: ['https://login.example'],
      })
    },
  )

  it('sends no header of a client on that nobody named', async () => {
    const { ask, tasks } = gatewayHouse({ forwardHeaders: ['X-Tenant'] })
    await ask('/mcp/Tasks', tokenFor('alice'), INITIALIZE, {
      cookie: 'a=b',
      'x-api-key': 'k',
      'x-user-id': 'bob',
      'x-tenant': 'acme',
    })
    const sent = Object.fromEntries(tasks.reached[0]?.headers ?? [])
    expect(sent).not.toHaveProperty('cookie')
    expect(sent).not.toHaveProperty('x-api-key')
    expect(sent).not.toHaveProperty('x-user-id')
    expect(sent).toMatchObject({ 'x-tenant': 'acme' })
  })

  it('answers pages of the origins that are named, and refuses others', async () => {
    const { ask, gateway } = gatewayHouse({ allowedOrigins: ['https://inspector.example'] })
    const preflight = (origin: string) =>
      gateway.fetch(
        new Request(`${GATEWAY}/mcp/Tasks`, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization, mcp-session-id, x-evil',
          },
        }),
      )
    const allowed = await preflight('https://inspector.example')
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-headers')).toBe(
      'authorization, mcp-session-id',
    )
    expect((await preflight('https://evil.example')).status).toBe(403)
    const read = await ask('/mcp/Tasks', tokenFor('alice'), INITIALIZE, {
      origin: 'https://inspector.example',
    })
    expect(read.headers.get('access-control-allow-origin')).toBe('https://inspector.example')
    expect(read.headers.get('access-control-expose-headers')).toContain('mcp-session-id')
    const evil = await ask('/mcp/Tasks', tokenFor('alice'), INITIALIZE, {
      origin: 'https://evil.example',
    })
    expect(evil.status).toBe(403)
  })

  it('refuses a host that is not its own', async () => {
    const { gateway } = gatewayHouse()
    const answer = await gateway.fetch(
      new Request('https://rebound.example/mcp', { method: 'POST' }),
    )
    expect(answer.status).toBe(421)
  })

  it('knows no other address, and says that it is alive', async () => {
    const { ask, gateway } = gatewayHouse()
    expect((await ask('/mcp/Unknown', tokenFor('alice'), LIST)).status).toBe(404)
    expect((await gateway.fetch(new Request(`${GATEWAY}/healthz`))).status).toBe(200)
  })

  it('refuses a body that is too large', async () => {
    const { ask } = gatewayHouse({ maxBodyBytes: 200 })
    const answer = await ask('/mcp/Tasks', tokenFor('alice'), call('echo', { a: 'a'.repeat(300) }))
    expect(answer.status).toBe(413)
  })
})

describe('a server that fails', () => {
  it('leads to an answer of the protocol, without its address', async () => {
    const { ask, down } = gatewayHouse()
    down.add('tasks.example')
    const answer = await ask('/mcp/Tasks', tokenFor('alice'), LIST)
    expect(answer.status).toBe(200)
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({ id: 2, error: { code: -32603 } })
    expect(text).toContain('Tasks cannot be reached')
    expect(text).not.toContain('tasks.example')
  })
})

describe('createGateway', () => {
  const { options } = gatewayHouse()
  it.each<[string, object, string]>([
    ['an unknown option', { adress: 'x' }, 'adress'],
    ['a subset of unknown servers', { subsets: { team: ['Mail'] } }, 'subsets.team names "Mail"'],
    [
      'a subset with the name of a server',
      { subsets: { Tasks: ['Notes'] } },
      'subsets.Tasks has the name',
    ],
    ['an empty subset', { subsets: { team: [] } }, 'subsets.team must be a list'],
    ['a short secret', { sessionSecret: new Credential('short') }, 'sessionSecret must have 32'],
    [
      'a stdio server',
      {
        servers: {
          Files: {
            url: 'stdio:files',
            resource: 'https://files.example',
            placement: { type: 'meta', key: 'com.example/t' },
          },
        },
      },
      'servers.Files is a stdio server',
    ],
    [
      'servers whose names are written alike',
      { servers: { 'A B': { url: 'https://a.example' }, A_B: { url: 'https://b.example' } } },
      'are written alike',
    ],
    [
      'the placement prompt',
      {
        servers: {
          Tasks: {
            url: 'https://a.example',
            source: { type: 'exchange', scopes: ['a'] },
            placement: { type: 'prompt' },
          },
        },
      },
      'servers.Tasks.placement is "prompt"',
    ],
  ])('refuses %s', (_, changes, words) => {
    expect(() => createGateway({ ...options, ...changes })).toThrow(words)
  })
})
