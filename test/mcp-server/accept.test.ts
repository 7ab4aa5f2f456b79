// Credentials beside the Authorization header: session handles and `_meta`. What works, and what
// must not.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Credential, createOnBehalf, type Placement } from 'onbehalf'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { build, type House, ISSUER, MCP, METADATA, textOf, toolCall } from './house.ts'

const KEY = 'example.tasks/access-token'
const HANDLE = 'onbehalf-session'

let house: House
/** How far the server's clock is ahead, in milliseconds. */
let ahead = 0
beforeEach(async () => {
  ahead = 0
  house = await build({ accept: { session: true, meta: KEY }, now: () => Date.now() + ahead })
})

/** POSTs without any Authorization header unless one is given. */
async function send(
  body: unknown,
  headers: Record<string, string> = {},
  init: { url?: string; at?: House } = {},
) {
  const { url = MCP, at = house } = init
  const accept = 'application/json, text/event-stream'
  return at.serve(
    new Request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  )
}

const bearer = async (claims = {}) => ({ authorization: `Bearer ${await house.mint(claims)}` })

/** Opens a session and gives its handle. */
async function opened(claims = {}, at = house): Promise<string> {
  const response = await at.post(toolCall('whoami'), {}, await at.mint(claims))
  await response.text()
  return response.headers.get(HANDLE) ?? ''
}

/** A `tools/call` with something under the key. */
function withMeta(value: unknown, name = 'whoami', key = KEY): object {
  return {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: {}, _meta: { progressToken: 7, [key]: value } },
  }
}

describe('a session handle', () => {
  it('a session handle is given for a token, stands for it in later requests, and the tools act for its principal', async () => {
    const handle = await opened({ sub: 'bob' })
    expect(handle).toMatch(/^[\w-]{43}$/)
    const answer = await send(toolCall('list_tasks'), { [HANDLE]: handle })
    expect(await answer.text()).toContain('tasks of bob')
    expect(answer.headers.get(HANDLE)).toBeNull()
    expect(
      house.events
        .filter(({ hop }) => hop === 'server-door')
        .map(({ placement, subject }) => [placement, subject]),
    ).toEqual([
      ['header Authorization', 'bob'],
      ['session handle', 'bob'],
    ])
  })

  it('a session handle never reaches the handler, and is not to be cached', async () => {
    const handle = await opened()
    await (await send(toolCall('whoami'), { [HANDLE]: handle })).text()
    for (const { headers } of house.handled) {
      expect(headers.get(HANDLE)).toBeNull()
      expect(headers.get('authorization')).toBeNull()
    }
    const first = await house.post(toolCall('whoami'))
    await first.text()
    expect(first.headers.get('cache-control')).toBe('no-store')
  })

  it('a session handle is the same for the same token, and another one for another token of the same person', async () => {
    const token = await house.mint()
    const handleOf = async (one: string) =>
      (await house.post(toolCall('whoami'), {}, one)).headers.get(HANDLE)
    const [first, again, other] = [
      await handleOf(token),
      await handleOf(token),
      await handleOf(await house.mint()),
    ]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it('a session handle of a wide token is not given for a narrow token with the same id', async () => {
    const wide = await opened({ jti: 'one' })
    const narrow = await opened({ jti: 'one', scope: 'tasks:read' })
    expect(narrow).not.toBe(wide)
    expect((await send(toolCall('add_task', { title: 'x' }), { [HANDLE]: narrow })).status).toBe(
      403,
    )
  })

  it('a session handle is not given with an answer that is an error, and not where the server does not want it', async () => {
    const failing = await build(
      { accept: { session: true } },
      async () => new Response(null, { status: 500 }),
    )
    expect((await failing.post(toolCall('whoami'))).headers.get(HANDLE)).toBeNull()
    const plain = await build()
    expect((await plain.post(toolCall('whoami'))).headers.get(HANDLE)).toBeNull()
    expect(
      (await send(toolCall('whoami'), { [HANDLE]: await opened() }, { at: plain })).status,
    ).toBe(401)
  })

  it('a session handle allows what the scopes of its token allow, and no more', async () => {
    const handle = await opened({ scope: 'tasks:read' })
    expect((await send(toolCall('list_tasks'), { [HANDLE]: handle })).status).toBe(200)
    const refused = await send(toolCall('add_task', { title: 'x' }), { [HANDLE]: handle })
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope')
  })

  it('a session handle is verified anew each time: a token that its issuer has ended ends the handle', async () => {
    const { verifier } = house.options
    let ended = false
    const watched = await build({
      accept: { session: true },
      verifier: {
        verify: (...asked) =>
          ended
            ? Promise.resolve({ ok: false, refusal: { reason: 'token_inactive' } })
            : verifier.verify(...asked),
      },
    })
    const handle = await opened({}, { ...watched, mint: house.mint, post: watched.post })
    expect((await send(toolCall('whoami'), { [HANDLE]: handle }, { at: watched })).status).toBe(200)
    ended = true
    expect((await send(toolCall('whoami'), { [HANDLE]: handle }, { at: watched })).status).toBe(401)
  })

  const rows: readonly [
    string,
    (handle: string) => Promise<Record<string, string>>,
    number,
    string,
  ][] = [
    ['unknown', async () => ({ [HANDLE]: 'A'.repeat(43) }), 401, 'invalid_token'],
    ['empty', async () => ({ [HANDLE]: '' }), 401, 'invalid_token'],
    [
      'changed by a letter',
      async (handle) => ({ [HANDLE]: `${handle.slice(0, -1)}${handle.endsWith('A') ? 'B' : 'A'}` }),
      401,
      'invalid_token',
    ],
    ['sent twice', async (handle) => ({ [HANDLE]: `${handle}, ${handle}` }), 401, 'invalid_token'],
    [
      "another person's, beside an own token",
      async (handle) => ({ [HANDLE]: handle, ...(await bearer({ sub: 'mallory' })) }),
      401,
      'invalid_token',
    ],
    [
      'unknown, beside a token',
      async () => ({ [HANDLE]: 'A'.repeat(43), ...(await bearer()) }),
      401,
      'invalid_token',
    ],
    [
      'good, beside a token that is not',
      async (handle) => ({ [HANDLE]: handle, ...(await bearer({ exp: 1 })) }),
      401,
      'invalid_token',
    ],
    [
      'good, beside another scheme',
      async (handle) => ({ [HANDLE]: handle, authorization: 'Basic YTpi' }),
      401,
      'Bearer scope=',
    ],
    [
      'in the place of the token',
      async (handle) => ({ authorization: `Bearer ${handle}` }),
      401,
      'invalid_token',
    ],
  ]
  it.each(rows)(
    'a session handle is judged with the rest of its request: %s',
    async (_, headers, status, error) => {
      const given = await headers(await opened())
      const before = house.handled.length
      const response = await send(toolCall('whoami'), given)
      expect(response.status).toBe(status)
      expect(house.handled).toHaveLength(before)
      expect(response.headers.get('www-authenticate')).toContain(error)
      expect(response.headers.get('www-authenticate')).toContain(`resource_metadata="${METADATA}"`)
      expect(house.events.at(-1)).toMatchObject({ hop: 'server-door', outcome: 'refused' })
    },
  )

  it('a session handle with a token in the query is refused all the same', async () => {
    const response = await send(
      toolCall('whoami'),
      { [HANDLE]: await opened() },
      { url: `${MCP}?access_token=abc` },
    )
    expect(response.status).toBe(400)
  })

  it('a session handle ends with its token: what is sent again later is refused', async () => {
    const handle = await opened()
    ahead = 240_000
    expect((await send(toolCall('whoami'), { [HANDLE]: handle })).status).toBe(200)
    ahead = 301_000
    const late = await send(toolCall('whoami'), { [HANDLE]: handle })
    expect(late.status).toBe(401)
    expect(late.headers.get('www-authenticate')).toContain('invalid_token')
  })

  it('a session handle of a protocol session stays with its owner', async () => {
    const sessions = await build({ accept: { session: true } }, async () =>
      Response.json(
        { jsonrpc: '2.0', id: 1, result: {} },
        { headers: { 'mcp-session-id': 'session-1' } },
      ),
    )
    const alice = await opened({}, sessions)
    const mallory = await opened({ sub: 'mallory' }, sessions)
    const at = { at: sessions }
    expect(
      (await send(toolCall('whoami'), { [HANDLE]: alice, 'mcp-session-id': 'session-1' }, at))
        .status,
    ).toBe(200)
    expect(
      (await send(toolCall('whoami'), { [HANDLE]: mallory, 'mcp-session-id': 'session-1' }, at))
        .status,
    ).toBe(404)
  })
})

describe('a credential in _meta', () => {
  it('a credential in _meta is read, and taken out before the handler sees the body', async () => {
    const token = await house.mint({ sub: 'bob' })
    const answer = await send(withMeta(token, 'list_tasks'))
    expect(await answer.text()).toContain('tasks of bob')
    expect(answer.headers.get(HANDLE)).toBeNull()
    expect(house.events.find(({ hop }) => hop === 'server-door')).toMatchObject({
      outcome: 'allowed',
      placement: `_meta ${KEY}`,
    })
    const body = await house.handled.at(-1)?.text()
    expect(body).not.toContain(token)
    expect(JSON.parse(body ?? '').params._meta).toEqual({ progressToken: 7 })
  })

  it('a credential in _meta is not looked for where the server did not say so', async () => {
    const plain = await build()
    expect((await send(withMeta(await plain.mint()), {}, { at: plain })).status).toBe(401)
  })

  const rows: readonly [
    string,
    (token: string) => unknown,
    Record<string, string> | 'bearer' | 'handle',
    number,
    string,
  ][] = [
    ['none', () => toolCall('whoami'), {}, 401, 'Bearer scope='],
    [
      'under another key',
      (token) => withMeta(token, 'whoami', 'example.tasks/token'),
      {},
      401,
      'Bearer scope=',
    ],
    [
      'in the arguments',
      (token) => toolCall('whoami', { _meta: { [KEY]: token } }),
      {},
      401,
      'Bearer scope=',
    ],
    [
      'beside params',
      (token) => ({ ...toolCall('whoami'), _meta: { [KEY]: token } }),
      {},
      401,
      'Bearer scope=',
    ],
    ['not a text', () => withMeta({ token: 1 }), {}, 400, 'invalid_request'],
    ['a text with a space', (token) => withMeta(`Bearer ${token}`), {}, 400, 'invalid_request'],
    ['empty', () => withMeta(''), {}, 400, 'invalid_request'],
    ['of 9000 characters', () => withMeta('a'.repeat(9000)), {}, 400, 'invalid_request'],
    ['in a batch of one', (token) => [withMeta(token)], {}, 401, 'Bearer scope='],
    [
      'in the first of a batch',
      (token) => [withMeta(token), toolCall('list_tasks', {}, 2)],
      {},
      401,
      'Bearer scope=',
    ],
    [
      'in every message of a batch',
      (token) => [withMeta(token), withMeta(token)],
      {},
      401,
      'Bearer scope=',
    ],
    ['beside the header', (token) => withMeta(token), 'bearer', 400, 'invalid_request'],
    [
      'in a batch beside the header',
      (token) => [toolCall('whoami'), withMeta(token)],
      'bearer',
      400,
      'invalid_request',
    ],
    ['beside a session handle', (token) => withMeta(token), 'handle', 400, 'invalid_request'],
    ['in a body that is no JSON', () => '{"params":{"_meta":', {}, 401, 'Bearer'],
    [
      'through a prototype',
      (token) => `{"params":{"__proto__":{"_meta":{"${KEY}":"${token}"}}}}`,
      {},
      401,
      'Bearer',
    ],
  ]
  it.each(rows)(
    'a credential in _meta is judged with the rest of its request: %s',
    async (_, body, headers, status, error) => {
      const given =
        headers === 'bearer'
          ? await bearer()
          : headers === 'handle'
            ? { [HANDLE]: await opened() }
            : headers
      const before = house.handled.length
      const response = await send(body(await house.mint()), given)
      expect(response.status).toBe(status)
      expect(house.handled).toHaveLength(before)
      if (error !== '') expect(response.headers.get('www-authenticate')).toContain(error)
    },
  )

  it.each([
    ['for another resource', { aud: 'https://tasks.example/' }],
    ['expired', { exp: 1 }],
    ['of another issuer', { iss: 'https://evil.example' }],
  ])('a credential in _meta is judged with the rest of its request: %s', async (_, claims) => {
    const response = await send(withMeta(await house.mint(claims)))
    expect(response.status).toBe(401)
    expect(house.handled).toHaveLength(0)
    expect(house.events.at(-1)).toMatchObject({ outcome: 'refused', placement: `_meta ${KEY}` })
  })

  it('a credential in _meta counts as the last of two under the same key, and neither goes on', async () => {
    const [first, second] = [await house.mint({ sub: 'mallory' }), await house.mint({ sub: 'bob' })]
    const text = JSON.stringify(withMeta(second)).replace(
      `"${KEY}":`,
      `"${KEY}":"${first}","${KEY}":`,
    )
    expect(await (await send(text)).text()).toContain('bob')
    const body = await house.handled.at(-1)?.text()
    for (const token of [first, second]) expect(body).not.toContain(token)
  })
})

it.each(['nonsense', 'com.example', 'io.modelcontextprotocol/token', 'mcp.dev/token'])(
  'the key %s is refused at start',
  async (meta) => {
    await expect(build({ accept: { meta } })).rejects.toThrow('accept.meta')
  },
)

describe("with the library's own client end", () => {
  const clients: Client[] = []
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
  })

  /** A client of the real SDK, on the fetch of an admitted caller. */
  async function connected(placement: Placement, revision: '2026-07-28' | '2025-11-25') {
    const sent: Request[] = []
    const app = createOnBehalf({
      resource: 'https://app.example/chat',
      authorizationServers: [ISSUER],
      verifier: house.options.verifier,
      exchanger: {
        issuer: ISSUER,
        async exchange(_, { scopes }) {
          const credential = new Credential(await house.mint({ sub: 'bob' }))
          return { ok: true, value: { credential, expiresAt: Date.now() / 1000 + 300, scopes } }
        },
      },
      servers: {
        Tasks: {
          url: MCP,
          source: { type: 'exchange', scopes: ['tasks:read', 'tasks:write'] },
          placement,
        },
      },
      audit: { record: () => undefined },
      async fetch(input, init) {
        const request = new Request(input, init)
        sent.push(request.clone())
        return house.serve(request)
      },
    })
    const token = await house.mint({ sub: 'bob', aud: 'https://app.example/chat' })
    const admission = await app.admit(
      new Request('https://app.example/chat', { headers: { authorization: `Bearer ${token}` } }),
    )
    if (!admission.ok) throw new Error(admission.refusal.reason)
    const client = new Client(
      { name: 'test', version: '1.0.0' },
      revision === '2026-07-28' ? { versionNegotiation: { mode: { pin: revision } } } : {},
    )
    await client.connect(
      new StreamableHTTPClientTransport(new URL(MCP), { fetch: admission.value.fetch('Tasks') }),
    )
    clients.push(client)
    return { client, sent }
  }

  it.each(['2026-07-28', '2025-11-25'] as const)(
    'session, %s: the token goes once, the handle after it',
    async (revision) => {
      const { client, sent } = await connected({ type: 'session' }, revision)
      await client.listTools()
      for (let call = 0; call < 3; call++)
        expect(textOf(await client.callTool({ name: 'list_tasks' }))).toBe('tasks of bob')
      expect(sent.filter(({ headers }) => headers.has('authorization'))).toHaveLength(1)
      expect(sent[0]?.headers.has('authorization')).toBe(true)
      expect(
        sent.slice(1).every(({ headers }) => /^[\w-]{43}$/.test(headers.get(HANDLE) ?? '')),
      ).toBe(true)
    },
  )

  it.each(['2026-07-28', '2025-11-25'] as const)(
    'meta, %s: in every request, in no header',
    async (revision) => {
      const { client, sent } = await connected({ type: 'meta', key: KEY }, revision)
      await client.listTools()
      expect(textOf(await client.callTool({ name: 'list_tasks' }))).toBe('tasks of bob')
      expect(sent.filter(({ headers }) => headers.has('authorization'))).toHaveLength(0)
    },
  )
})
