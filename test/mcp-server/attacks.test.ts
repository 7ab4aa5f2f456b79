// What must not get in: each row is refused with the right answer, and the handler is never called.

import { beforeAll, describe, expect, it } from 'vitest'
import { API, build, type House, ISSUER, MCP, METADATA, toolCall } from './house.ts'

let house: House
beforeAll(async () => {
  house = await build({ maxBodyBytes: 2000 })
})

async function send(
  headers: Record<string, string>,
  init: { url?: string; method?: string; body?: string } = {},
): Promise<Response> {
  const { url = MCP, method = 'POST', body = JSON.stringify(toolCall('whoami')) } = init
  const plain = method === 'GET' || method === 'HEAD'
  return house.serve(
    new Request(url, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(plain ? {} : { body }),
    }),
  )
}

async function bearer(claims = {}, header = {}): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await house.mint(claims, header)}` }
}

/** Status, the challenge's `error`, and that nothing got in. */
async function refusedWith(
  status: number,
  error: string | undefined,
  answer: () => Promise<Response>,
): Promise<Response> {
  const before = house.handled.length
  const response = await answer()
  expect(response.status).toBe(status)
  const challenge = response.headers.get('www-authenticate')
  if (error === undefined) expect(challenge).toBeNull()
  else expect(challenge).toContain(error)
  expect(house.handled).toHaveLength(before)
  return response
}

describe('tokens that are refused', () => {
  const now = () => Math.floor(Date.now() / 1000)
  const rows: readonly [string, number, string, () => Promise<Record<string, string>>, string?][] =
    [
      ['none at all', 401, 'Bearer scope=', async () => ({})],
      ['another scheme', 401, 'Bearer scope=', async () => ({ authorization: 'Basic YTpi' })],
      ['for the API', 401, 'invalid_token', () => bearer({ aud: API })],
      [
        'for another path of this host',
        401,
        'invalid_token',
        () => bearer({ aud: 'https://tasks.example/' }),
      ],
      ['without an audience', 401, 'invalid_token', () => bearer({ aud: [] })],
      ['expired', 401, 'invalid_token', () => bearer({ exp: now() - 60 })],
      ['not yet valid', 401, 'invalid_token', () => bearer({ nbf: now() + 90 })],
      ['of another issuer', 401, 'invalid_token', () => bearer({ iss: 'https://evil.example' })],
      ['an ID token', 401, 'invalid_token', () => bearer({}, { typ: 'JWT' })],
      ['with an unknown key', 401, 'invalid_token', () => bearer({}, { kid: 'other' })],
      ['without a subject', 401, 'invalid_token', () => bearer({ sub: '' })],
      [
        'unsigned',
        401,
        'invalid_token',
        async () => {
          const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
          const claims = { iss: ISSUER, aud: MCP, sub: 'alice', exp: now() + 60 }
          return {
            authorization: `Bearer ${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`,
          }
        },
      ],
      [
        'two in two Authorization headers',
        400,
        'invalid_request',
        async () => ({
          authorization: `Bearer ${await house.mint()}, Bearer ${await house.mint()}`,
        }),
      ],
      ['in the query', 400, 'invalid_request', async () => bearer(), `${MCP}?access_token=abc`],
    ]
  it.each(rows)('a token is refused: %s', async (_, status, error, headers, url) => {
    const given = await headers()
    const response = await refusedWith(status, error, () => send(given, url ? { url } : {}))
    expect(response.headers.get('www-authenticate')).toContain(`resource_metadata="${METADATA}"`)
    if (status === 401)
      expect(response.headers.get('www-authenticate')).toContain('scope="tasks:read tasks:write"')
  })
})

it('the metadata is served at both well-known paths, without a token, and names resource, issuer and scopes', async () => {
  for (const url of [METADATA, 'https://tasks.example/.well-known/oauth-protected-resource']) {
    const response = await house.serve(new Request(url))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      resource: MCP,
      authorization_servers: [ISSUER],
      scopes_supported: ['tasks:read', 'tasks:write'],
      bearer_methods_supported: ['header'],
    })
  }
})

describe('hosts, origins and methods that are refused', () => {
  it.each([
    ['a foreign host in the URL', 421, {}, 'https://evil.example/mcp'],
    ['a foreign Host header', 421, { host: 'evil.example' }, MCP],
    ['localhost, when the resource is not there', 421, { host: 'localhost' }, MCP],
    ['a Host with user-info', 421, { host: 'x@tasks.example' }, MCP],
    ['a Host with another port', 421, { host: 'tasks.example:8443' }, MCP],
    ['an empty Host', 421, { host: '' }, MCP],
    ['the metadata under a foreign host', 421, { host: 'evil.example' }, METADATA],
    ['a foreign origin', 403, { origin: 'https://evil.example' }, MCP],
    ['the origin null', 403, { origin: 'null' }, MCP],
    [
      'an origin that only begins like ours',
      403,
      { origin: 'https://tasks.example.evil.example' },
      MCP,
    ],
    ['our origin over http', 403, { origin: 'http://tasks.example' }, MCP],
  ])('a request is refused for its host, origin or method: %s', async (_, status, headers, url) => {
    const token = await bearer()
    await refusedWith(status, undefined, () => send({ ...token, ...headers }, { url }))
  })

  it.each(['PUT', 'PATCH', 'OPTIONS', 'HEAD'])(
    'a request is refused for its host, origin or method: %s',
    async (method) => {
      const token = await bearer()
      const response = await refusedWith(405, undefined, () => send(token, { method }))
      expect(response.headers.get('allow')).toBe('GET, POST, DELETE')
    },
  )

  it.each([
    {},
    { host: 'tasks.example:443' },
    { host: 'TASKS.example' },
    { origin: 'https://tasks.example' },
  ])('a request for our own host is served: %o', async (headers) => {
    expect((await house.post(toolCall('whoami'), headers)).status).toBe(200)
  })

  it('an origin and a host that the operator allows are served, beside our own', async () => {
    const open = await build({
      allowedHosts: ['internal:8080'],
      allowedOrigins: ['https://app.example'],
    })
    expect((await open.post(toolCall('whoami'))).status).toBe(200)
    expect(
      (
        await open.post(toolCall('whoami'), {
          origin: 'https://app.example',
          host: 'internal:8080',
        })
      ).status,
    ).toBe(200)
  })
})

describe('bodies that are refused', () => {
  const rows: readonly [string, number, string][] = [
    ['no JSON', 400, '{"jsonrpc":"2.0",'],
    ['nothing', 400, ''],
    ['a text', 400, '"tools/call"'],
    ['null', 400, 'null'],
    ['an empty batch', 400, '[]'],
    ['a batch within a batch', 400, JSON.stringify([[toolCall('add_task')]])],
    [
      'a tool call without a name',
      400,
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }),
    ],
    [
      'a tool call whose name is no text',
      400,
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: ['whoami'] } }),
    ],
    [
      'a prototype with the method in it',
      400,
      '{"jsonrpc":"2.0","id":1,"__proto__":{"method":"tools/call","params":{"name":"forgotten"}}}',
    ],
    [
      'a prototype in the arguments',
      400,
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{"__proto__":{"a":1}}}}',
    ],
    [
      'a prototype with escapes',
      400,
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","\\u005f_proto__":{"name":"forgotten"}}}',
    ],
    ['an oversize one', 413, JSON.stringify(toolCall('whoami', { padding: 'x'.repeat(2000) }))],
  ]
  it.each(rows)('a body is refused: %s', async (_, status, body) => {
    const token = await bearer()
    await refusedWith(status, undefined, () => send(token, { body }))
    expect(Object.prototype).not.toHaveProperty('name')
    expect(Object.prototype).not.toHaveProperty('a')
  })

  it('a streamed body that is larger than it says is refused', async () => {
    const { authorization = '' } = await bearer()
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++
        controller.enqueue(new TextEncoder().encode(' '.repeat(500)))
      },
    })
    const request = new Request(MCP, {
      method: 'POST',
      headers: { authorization },
      body,
      duplex: 'half',
    })
    await refusedWith(413, undefined, () => house.serve(request))
    expect(sent).toBeLessThan(10)
  })

  it('a body that somebody else has read is told as that, and not as bad JSON', async () => {
    const headers = await bearer()
    const request = new Request(MCP, { method: 'POST', headers, body: '{}' })
    await request.text()
    const answer = await refusedWith(500, undefined, () => house.serve(request))
    expect(await answer.text()).toContain('Mount this endpoint before the body parser')
  })

  it('a body that never ends is refused', async () => {
    const slow = await build({ deadline: 20 })
    const headers = { authorization: `Bearer ${await slow.mint()}` }
    const request = new Request(MCP, {
      method: 'POST',
      headers,
      body: new ReadableStream(),
      duplex: 'half',
    })
    expect((await slow.serve(request)).status).toBe(408)
    expect(slow.handled).toHaveLength(0)
  })

  it('a body that is not UTF-8 is refused', async () => {
    const headers = await bearer()
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])
    await refusedWith(400, undefined, () =>
      house.serve(new Request(MCP, { method: 'POST', headers, body })),
    )
  })

  it('a refused body is not quoted in the answer', async () => {
    const token = await bearer()
    const response = await send(token, { body: 'hunter2 is no JSON' })
    expect(await response.text()).not.toContain('hunter2')
  })
})

describe('tools that are refused', () => {
  it('a missing scope is named with all that the operation needs, and audited with the tool', async () => {
    const token = await bearer({ scope: 'tasks:read' })
    const response = await refusedWith(403, 'error="insufficient_scope"', () =>
      send(token, { body: JSON.stringify(toolCall('move_task')) }),
    )
    expect(response.headers.get('www-authenticate')).toContain('scope="tasks:read tasks:write"')
    expect(response.headers.get('www-authenticate')).toContain(`resource_metadata="${METADATA}"`)
    expect(house.events.at(-1)).toMatchObject({
      hop: 'server-door',
      outcome: 'refused',
      reason: 'scope_missing',
      operation: 'move_task',
      subject: 'alice',
    })
  })

  it('a scope that every request needs is refused at once, and named with those of the tool later', async () => {
    const strict = await build({ scopes: ['mcp'] })
    expect((await strict.post(toolCall('whoami'))).status).toBe(403)
    const response = await strict.post(
      toolCall('move_task'),
      {},
      await strict.mint({ scope: 'mcp tasks:read' }),
    )
    expect(response.headers.get('www-authenticate')).toContain('scope="mcp tasks:read tasks:write"')
    expect(strict.handled).toHaveLength(0)
  })

  it('one forbidden call in a batch refuses the batch, and a call without an id counts too', async () => {
    const token = await bearer({ scope: 'tasks:read' })
    const silent = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'add_task' } }
    for (const last of [toolCall('add_task', {}, 3), silent]) {
      const batch = [toolCall('whoami', {}, 1), toolCall('list_tasks', {}, 2), last]
      const response = await refusedWith(403, 'insufficient_scope', () =>
        send(token, { body: JSON.stringify(batch) }),
      )
      expect(response.headers.get('www-authenticate')).toContain('scope="tasks:read tasks:write"')
    }
  })

  it.each(['forgotten', '__proto__', 'constructor', 'toString', 'WHOAMI', 'whoami '])(
    'one that is not declared: %s',
    async (name) => {
      const token = await bearer()
      const response = await refusedWith(200, undefined, () =>
        send(token, { body: JSON.stringify(toolCall(name, {}, 7)) }),
      )
      expect(await response.json()).toEqual({
        jsonrpc: '2.0',
        id: 7,
        error: { code: -32_602, message: expect.stringContaining('declares no scopes') },
      })
    },
  )

  it.each(['2026-07-28', '2025-11-25'] as const)(
    'one that is not declared: a client of %s reads that there is no such tool',
    async (revision) => {
      const plain = await build()
      const client = await plain.client(await plain.mint(), revision)
      for (const name of ['forgotten', 'never-was'])
        await expect(client.callTool({ name })).rejects.toMatchObject({
          name: 'ProtocolError',
          code: -32_602,
        })
      await client.close()
    },
  )

  it('one that is not declared, in a batch: each request is answered, and none is made', async () => {
    const batch = [toolCall('whoami', {}, 1), toolCall('forgotten', {}, 2), { method: 'x' }]
    const token = await bearer()
    const response = await refusedWith(200, undefined, () =>
      send(token, { body: JSON.stringify(batch) }),
    )
    expect(await response.json()).toMatchObject([
      { id: 1, error: {} },
      { id: 2, error: {} },
    ])
  })

  it('the operator is told of an undeclared tool once, and a made-up name does not get into log or audit', async () => {
    const fresh = await build()
    for (let round = 0; round < 3; round++) await fresh.post(toolCall('forgotten'))
    const forged = 'x\n{"level":"fatal"}'.repeat(20)
    await fresh.post(toolCall(forged))
    expect(fresh.errors.map(({ origin }) => origin.tool)).toEqual([
      'forgotten',
      'a name that no tool can have',
    ])
    expect(fresh.errors[0]?.error).toMatchObject({ code: 'tool_undeclared' })
    expect(JSON.stringify(fresh.events)).not.toContain('fatal')
    for (let round = 0; round < 300; round++) await fresh.post(toolCall(`made-up-${round}`))
    expect(fresh.errors.length).toBeLessThanOrEqual(100)
  })

  it.each<[string, Record<string, string>, object]>([
    ['another tool in the header', { 'mcp-name': 'whoami' }, toolCall('add_task')],
    ['the allowed tool in the body', { 'mcp-name': 'add_task' }, toolCall('whoami')],
    ['another method in the header', { 'mcp-method': 'ping' }, toolCall('whoami')],
    [
      'the method in the header alone',
      { 'mcp-method': 'tools/call', 'mcp-name': 'add_task' },
      { jsonrpc: '2.0', id: 1, method: 'ping' },
    ],
    [
      'an encoded name of another tool',
      { 'mcp-name': `=?base64?${btoa('whoami')}?=` },
      toolCall('add_task'),
    ],
    ['a name that does not decode', { 'mcp-name': '=?base64?%%%?=' }, toolCall('whoami')],
    ['headers on a batch', { 'mcp-name': 'whoami' }, [toolCall('whoami')]],
  ])('a request whose headers contradict its body is refused: %s', async (_, headers, body) => {
    const token = await bearer()
    const response = await refusedWith(400, undefined, () =>
      send({ ...token, ...headers }, { body: JSON.stringify(body) }),
    )
    expect(await response.json()).toEqual({
      jsonrpc: '2.0',
      ...(Array.isArray(body) ? {} : { id: 1 }),
      error: { code: -32020, message: expect.any(String) },
    })
  })

  it('an error answer never has the id null, and has the one of the request where it was read', async () => {
    const failing = await build({}, async () => {
      throw new Error('broken')
    })
    const broken = await failing.post(toolCall('whoami', {}, 5))
    expect(await broken.json()).toMatchObject({ id: 5, error: { code: -32_603 } })
    const nameless = { jsonrpc: '2.0', id: 'a', method: 'tools/call', params: {} }
    expect(await (await house.post(nameless)).json()).toMatchObject({ id: 'a' })
    for (const body of ['{', '[]', '"text"', '{"id":null,"method":"tools/call"}', 'x'.repeat(3000)])
      expect(await (await house.post(body)).text()).not.toContain('"id"')
    const elsewhere = await send(await bearer(), { url: 'https://evil.example/mcp' })
    expect(await elsewhere.text()).not.toContain('"id"')
  })

  it('a header that equals the body, encoded or not, is served', async () => {
    for (const name of ['whoami', `=?base64?${btoa('whoami')}?=`])
      expect(
        (await house.post(toolCall('whoami'), { 'mcp-name': name, 'mcp-method': 'tools/call' }))
          .status,
      ).toBe(200)
  })
})

describe('who the caller is', () => {
  it('what headers and body say about the caller is not believed', async () => {
    const other = await build()
    const forged = { 'x-user-id': 'bob', cookie: 'user=bob', 'proxy-authorization': 'Basic YTpi' }
    const params = {
      name: 'list_tasks',
      arguments: { user_id: 'bob' },
      _meta: { 'org.example/user_id': 'bob' },
    }
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params }
    expect(await (await other.post(body, forged)).text()).toContain('tasks of alice')
    expect(other.apiRequests.map(({ subject }) => subject)).toEqual(['alice'])
    expect(other.calls[0]?.principal.subject).toBe('alice')
    for (const header of Object.keys(forged))
      expect(other.handled[0]?.headers.get(header)).toBeNull()
    expect(other.apiRequests[0]?.all).not.toContain('bob')
  })

  it('nothing gets in when the audit cannot be written', async () => {
    const deaf = await build({
      audit: {
        record: () => {
          throw new Error('disk full')
        },
      },
    })
    expect((await deaf.post(toolCall('whoami'))).status).toBe(503)
    expect(deaf.handled).toHaveLength(0)
  })
})
