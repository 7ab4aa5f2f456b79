// `onbehalf inspect` as a person or a script runs it: against real servers, servers that ask for
// credentials, and hostile servers.

import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { startTaskflow, type Taskflow } from '../../examples/taskflow/taskflow.ts'
import { classicUrl, PORTS } from '../../examples/taskflow/urls.ts'
import { inspectServer } from '../../src/cli/inspect/inspect-server.ts'
import { literal } from '../../src/cli/inspect/typescript.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { guardedFetch } from '../../src/egress/index.ts'
import { createRedactor } from '../../src/mcp/index.ts'
import { memoryLog, retried, temporaryFolder } from '../end-to-end/fixtures.ts'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { json, type Loopback, loopback, type Received } from '../mcp/loopback.ts'
import { runMain, type Told } from './run-main.ts'

const TOKEN = 'canary-Kp3xT9qLw8Zr5VbN2mYc7HdJ'

afterEach(() => vi.unstubAllEnvs())

async function run(...args: string[]): Promise<Told> {
  return runWith(new AbortController().signal, ...args)
}

async function runWith(signal: AbortSignal, ...args: string[]): Promise<Told> {
  const { code, out, note } = await runMain(['inspect', ...args], signal)
  expect(out + note).not.toContain(TOKEN)
  return { code, out, note }
}

async function report(...args: string[]) {
  const { code, out, note } = await run(...args, '--json')
  return { code, note, json: out === '' ? undefined : JSON.parse(out) }
}

interface Script {
  readonly tools?: readonly unknown[]
  readonly name?: string
  /** Further lists, by their methods. */
  readonly lists?: Readonly<Record<string, object>>
  /** Answers in the server's place, where it does. */
  readonly before?: (
    request: Received,
    response: Parameters<Parameters<typeof loopback>[0]>[1],
  ) => boolean
}

/** A server of the revision with sessions, as many in the wild are. */
function wild({ tools = [], name = 'wild', lists = {}, before }: Script = {}): Promise<Loopback> {
  return loopback((request, response) => {
    if (before?.(request, response)) return
    if (request.method !== 'POST' || !request.url.startsWith('/mcp'))
      return void response.writeHead(404).end()
    const { method, id } = JSON.parse(request.body)
    if (method === 'notifications/initialized') return void response.writeHead(202).end()
    const results: Record<string, unknown> = {
      initialize: {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name, version: '1.2.3' },
      },
      'tools/list': { tools },
      ...lists,
    }
    if (!(method in results))
      return json(response, 400, { jsonrpc: '2.0', id, error: { code: -32600, message: 'canary' } })
    json(
      response,
      200,
      { jsonrpc: '2.0', id, result: results[method] },
      { 'mcp-session-id': 'session-1' },
    )
  })
}

function tool(
  name: string,
  properties: Record<string, unknown>,
  more: Record<string, unknown> = {},
) {
  return { name, description: 'Does it', inputSchema: { type: 'object', properties, ...more } }
}

const TEXT = { type: 'string' }
const FLAT = tool(
  'list_tasks',
  { user_id: TEXT, access_token: TEXT, status: TEXT },
  { required: ['user_id', 'access_token'] },
)
const NESTED = tool(
  'add_task',
  { request: { $ref: '#/$defs/Request' } },
  {
    $defs: {
      Request: { type: 'object', properties: { title: TEXT, auth: { $ref: '#/$defs/Auth' } } },
      Auth: { type: 'object', properties: { api_key: TEXT } },
    },
  },
)

describe('TaskFlow’s server', () => {
  let taskflow: Taskflow
  let dataDir: string
  beforeAll(async () => {
    dataDir = await temporaryFolder()
    taskflow = await retried(async () =>
      startTaskflow({ port: await freePorts(PORTS), dataDir, log: memoryLog().log, env: {} }),
    )
  })
  afterAll(async () => {
    await taskflow.close()
    await rm(dataDir, { recursive: true })
  })

  it('TaskFlow’s server shows a caller without a token its metadata, and what to do next', async () => {
    const { code, json: found } = await report(taskflow.urls.mcp)
    expect(code).toBe(0)
    expect(found).toMatchObject({
      tools: null,
      revisions: [],
      authorization: {
        required: true,
        challenge: { status: 401, scheme: 'Bearer' },
        resource: { resource: taskflow.urls.mcp, authorizationServers: [taskflow.urls.issuer] },
        servers: [
          {
            issuer: taskflow.urls.issuer,
            found: true,
            pkce: true,
            tokenExchange: true,
            dpop: [],
            clientDocuments: false,
          },
        ],
      },
      suggestion: {
        binding: {
          url: taskflow.urls.mcp,
          source: { type: 'exchange', scopes: ['tasks:read', 'tasks:write'] },
          placement: { type: 'header' },
        },
      },
    })
    expect(found.notes.join()).toContain('--token-env NAME')
  })

  it('TaskFlow’s server shows its tools and revisions when a token comes from the environment, and never prints the token', async () => {
    const token = await signIn({
      issuer: taskflow.urls.issuer,
      as: 'alice',
      resource: taskflow.urls.mcp,
    })
    vi.stubEnv('TASKFLOW_TOKEN', token)
    const {
      code,
      json: found,
      note,
    } = await report(taskflow.urls.mcp, '--token-env', 'TASKFLOW_TOKEN')
    expect({ code, revisions: found.revisions }).toEqual({
      code: 0,
      revisions: ['2026-07-28', '2025-11-25'],
    })
    expect(found.tools.map(({ name }: { name: string }) => name)).toContain('taskflow_add_task')
    expect(found.tools).toHaveLength(10)
    expect(found.suggestion.name).toBe('taskflow')
    const { out } = await run(taskflow.urls.mcp, '--token-env', 'TASKFLOW_TOKEN')
    expect(JSON.stringify(found) + note + out).not.toContain(token.slice(-40))
    expect(out).toContain(`source: { type: 'exchange', scopes: ['tasks:read', 'tasks:write'] },`)
  })

  it('TaskFlow’s server has an older neighbour whose flat and nested arguments are filled', async () => {
    const { code, json: found } = await report(classicUrl(taskflow.urls))
    expect({ code, required: found.authorization.required }).toEqual({ code: 0, required: false })
    expect(found.suggestion.binding.placement.type).toBe('argument')
    expect(found.suggestion.binding.placement.parameters).toEqual(
      expect.arrayContaining([
        { pointer: '/access_token', value: 'credential' },
        { pointer: '/user_id', value: 'subject' },
        { pointer: '/params/access_token', value: 'credential' },
        { pointer: '/params/user_id', value: 'subject' },
      ]),
    )
  })

  it('TaskFlow’s server refuses a token for another server: the command shows the metadata and the reason, and exits with 1', async () => {
    const token = await signIn({
      issuer: taskflow.urls.issuer,
      as: 'alice',
      resource: taskflow.urls.api,
    })
    vi.stubEnv('TASKFLOW_TOKEN', token)
    const {
      code,
      json: found,
      note,
    } = await report(taskflow.urls.mcp, '--token-env', 'TASKFLOW_TOKEN')
    expect({ code, tools: found.tools }).toEqual({ code: 1, tools: null })
    expect(note).toContain('the server refused the token in TASKFLOW_TOKEN (HTTP 401)')
  })
})

describe('the reference everything server', () => {
  it('the reference everything server needs no credential, and no binding', async () => {
    const port = await freePorts(1)
    const program = fileURLToPath(
      new URL(
        '../../node_modules/@modelcontextprotocol/server-everything/dist/index.js',
        import.meta.url,
      ),
    )
    const child = spawn(process.execPath, [program, 'streamableHttp'], {
      env: { ...process.env, PORT: `${port}` },
    })
    try {
      await new Promise<void>((resolve, reject) => {
        child.stderr.on('data', (text) => /listening/i.test(`${text}`) && resolve())
        child.stdout.on('data', (text) => /listening/i.test(`${text}`) && resolve())
        child.once('exit', () => reject(new Error('the everything server ended')))
      })
      const { code, json: found } = await report(`http://127.0.0.1:${port}/mcp`)
      expect({ code, revisions: found.revisions, server: found.server.name }).toEqual({
        code: 0,
        revisions: ['2025-11-25'],
        server: 'mcp-servers/everything',
      })
      expect(found.tools.map(({ name }: { name: string }) => name)).toContain('echo')
      expect(found.tools.every(({ unusable }: { unusable: unknown }) => unusable === null)).toBe(
        true,
      )
      expect(found).toMatchObject({
        authorization: { required: false },
        suggestion: { binding: null },
      })
    } finally {
      child.kill()
    }
  })
})

describe('the binding that is suggested', () => {
  it('fills flat arguments', async () => {
    await using server = await wild({ tools: [FLAT, tool('ping', {})] })
    const { json: found } = await report(server.url)
    expect(found.suggestion.binding).toEqual({
      url: server.url,
      source: { type: 'static', of: 'person' },
      placement: {
        type: 'argument',
        parameters: [
          { pointer: '/user_id', value: 'subject' },
          { pointer: '/access_token', value: 'credential' },
        ],
      },
    })
    expect(() => parseBinding(found.suggestion.name, found.suggestion.binding)).not.toThrow()
    expect(server.received.some(({ method }) => method === 'DELETE')).toBe(true)
  })

  it('fills nested arguments, also behind references', async () => {
    await using server = await wild({ tools: [NESTED] })
    const { json: found } = await report(server.url)
    expect(found.suggestion.binding.placement).toEqual({
      type: 'argument',
      parameters: [{ pointer: '/request/auth/api_key', value: 'credential' }],
    })
  })

  it('the binding that is suggested is for one tool only where another tool means something else by the same name', async () => {
    const mail = tool('send_mail', { subject: TEXT, body: TEXT, to: TEXT })
    await using server = await wild({
      tools: [FLAT, tool('list_notes', { subject: TEXT, access_token: TEXT }), mail],
    })
    const { json: found } = await report(server.url)
    expect(found.suggestion.binding.placement.parameters).toEqual([
      { pointer: '/user_id', value: 'subject' },
      { pointer: '/access_token', value: 'credential' },
      { pointer: '/subject', value: 'subject', tool: 'list_notes' },
    ])
    expect(() => parseBinding('wild', found.suggestion.binding)).not.toThrow()
  })

  it('fills only the subject where the server asks for nothing else, and warns', async () => {
    await using server = await wild({ tools: [tool('list', { user_id: TEXT })] })
    const { json: found } = await report(server.url)
    expect(found.suggestion.binding).toMatchObject({
      source: { type: 'own' },
      placement: { type: 'argument' },
    })
    expect(found.suggestion.reasons.join()).toContain('whoever reaches this server can be anybody')
  })

  it('the binding that is suggested is a header with a key where the server names no authorization server, and leaves the rest to decide', async () => {
    await using server = await wild({
      tools: [tool('list', { user_id: TEXT })],
      before(request, response) {
        if (request.raw.some(([name, value]) => name === 'x-api-key' && value === TOKEN))
          return false
        response.writeHead(401).end()
        return true
      },
    })
    vi.stubEnv('WILD_KEY', TOKEN)
    const { code, json: found } = await report(
      server.url,
      '--token-env',
      'WILD_KEY',
      '--header',
      'X-API-Key',
    )
    expect(code).toBe(0)
    expect(found.suggestion).toMatchObject({
      binding: {
        source: { type: 'static', of: 'person' },
        placement: { type: 'header', name: 'X-API-Key' },
      },
      undecided: ['/user_id'],
    })
    expect(
      (await run(server.url, '--token-env', 'WILD_KEY', '--header', 'X-API-Key')).out,
    ).toContain("leaveToModel: [{ pointer: '/user_id', tool: 'list' }]")
  })

  it('the binding that is suggested is a connection where people can sign in at the server’s issuer', async () => {
    await using server = await wild({
      before: behindIssuer({ client_id_metadata_document_supported: true }),
    })
    const { json: found } = await report(server.url)
    const issuer = new URL(server.url).origin
    expect(found.suggestion).toMatchObject({
      binding: { source: { type: 'connection' }, placement: { type: 'header' } },
      connection: {
        resource: server.url,
        issuer,
        scopes: ['read'],
        client: { type: 'document' },
        endpoints: { token: 'https://tokens.example/token' },
      },
    })
    expect(found.authorization.servers[0].elsewhere).toEqual(['token'])
    const { out } = await run(server.url)
    expect(out).toContain('and for `servers` of connections:')
    expect(out).toContain('(another origin)')
  })

  it('the binding that is suggested is a connection with S256 to confirm, where the issuer does not announce it', async () => {
    await using server = await wild({
      before: behindIssuer({ code_challenge_methods_supported: undefined }),
    })
    const { json: found } = await report(server.url)
    expect(found.suggestion).toMatchObject({
      binding: { resource: server.url, source: { type: 'connection' } },
      connection: { resource: server.url, pkce: 'S256' },
    })
    expect(found.suggestion.reasons.join()).toContain('does not announce S256')
    expect((await run(server.url)).out).toContain("pkce: 'S256'")
  })

  it('the binding that is suggested names the resource of a server that answers 401 to a POST only', async () => {
    let origin = ''
    await using server = await wild({
      before(request, response) {
        const metadata = { resource: `${origin}/mcp`, authorization_servers: [origin] }
        const link = `Bearer resource_metadata="${origin}/custom/metadata.json"`
        if (request.url === '/custom/metadata.json') response.end(JSON.stringify(metadata))
        else if (request.method === 'POST')
          response.writeHead(401, { 'www-authenticate': link }).end()
        else response.writeHead(404).end()
        return true
      },
    })
    origin = new URL(server.url).origin
    const { json: found } = await report(server.url)
    expect(found.authorization.resource).toMatchObject({ authorizationServers: [origin] })
    expect(found.suggestion.binding).toMatchObject({ resource: `${origin}/mcp` })
  })

  it('the binding that is suggested says why a tool is unusable', async () => {
    const twice = { type: 'string', 'x-mcp-header': 'Token' }
    await using server = await wild({
      tools: [
        tool('mirrors', { access_token: twice }),
        tool('remote', { a: { $ref: 'https://schemas.example/a.json' } }),
        tool('region', { region: { type: 'string', 'x-mcp-header': 'Region' } }),
        { name: 'odd', inputSchema: 'none' },
        { nameless: true },
      ],
    })
    const { json: found } = await report(server.url)
    const why = Object.fromEntries(
      found.tools.map((one: { name: string; unusable: string }) => [one.name, one.unusable]),
    )
    expect(why).toEqual({
      mirrors: expect.stringContaining('x-mcp-header'),
      remote: expect.stringContaining('never fetched'),
      region: null,
      odd: expect.stringContaining('no JSON Schema'),
    })
    expect(found.tools[2].headers).toEqual([{ pointer: '/region', header: 'Region' }])
  })
})

describe('what is said of a server', () => {
  it('is a template for a server that asks for Basic', async () => {
    await using server = await wild({
      before(_, response) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
        return true
      },
    })
    const { json: found } = await report(server.url)
    expect(found.suggestion.binding).toMatchObject({
      source: { type: 'static', of: 'person' },
      placement: { type: 'header', value: 'Basic {base64:{claim:email}:{credential}}' },
    })
    expect(() => parseBinding('wild', found.suggestion.binding)).not.toThrow()
  })

  it('is that everybody acts as its account, where it asks for nothing', async () => {
    await using server = await wild({ tools: [tool('search', { query: TEXT })] })
    const { out } = await run(server.url)
    expect(out).toContain('everybody acts as the account that the server was started with')
    expect(out).toContain('inspect it with --header NAME')
  })

  it('never suggests that a field of few tools is filled, and says what it is', async () => {
    const dashboards = Array.from({ length: 8 }, (_, i) => tool(`panel_${i}`, { id: TEXT }))
    const meeting = tool('meet', { topic: TEXT, conference_passcode: TEXT })
    await using server = await wild({
      tools: [tool('get_by_uid', { uid: TEXT }, { required: ['uid'] }), meeting, ...dashboards],
    })
    const { json: found } = await report(server.url)
    expect(found.suggestion).toMatchObject({ binding: null, undecided: [] })
    expect(found.tools[0]).toMatchObject({ parameters: [], refused: false })
    expect((await run(server.url)).out).toMatch(/Only look so[\s\S]*\/conference_passcode/)
  })

  it('is a placement of two parts where a header is not enough', async () => {
    const tools = Array.from({ length: 5 }, (_, i) =>
      tool(`do_${i}`, { user_google_email: TEXT }, { required: ['user_google_email'] }),
    )
    await using server = await wild({
      tools,
      before(request, response) {
        if (request.raw.some(([name]) => name === 'authorization')) return false
        response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
        return true
      },
    })
    vi.stubEnv('WILD_KEY', TOKEN)
    const { json: found } = await report(server.url, '--token-env', 'WILD_KEY')
    expect(found.suggestion).toMatchObject({
      binding: {
        placement: [
          { type: 'header' },
          {
            type: 'argument',
            parameters: [{ pointer: '/user_google_email', value: { claim: 'email' } }],
          },
        ],
      },
      undecided: [],
    })
    expect(() => parseBinding('wild', found.suggestion.binding)).not.toThrow()
  })

  it('is short where the server repeats itself', async () => {
    const owner = { type: 'string', 'x-mcp-header': 'owner' }
    const scopes = Array.from({ length: 80 }, (_, i) => `scope-${i}`)
    await using server = await wild({
      tools: Array.from({ length: 30 }, (_, i) => tool(`do_${i}`, { owner })),
      before(request, response) {
        if (request.raw.some(([name]) => name === 'authorization')) return false
        const challenge = `Bearer scope="${scopes.join(' ')}"`
        response.writeHead(401, { 'www-authenticate': challenge }).end()
        return true
      },
    })
    vi.stubEnv('WILD_KEY', TOKEN)
    const { out } = await run(server.url, '--token-env', 'WILD_KEY')
    expect(out.match(/Mcp-Param-owner/g)).toHaveLength(1)
    expect(out).toContain('in 30 tools: do_0, do_1, do_2 and 27 more')
    expect(out).toMatch(/scope-0 .* and \d+ more/)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(400)
  })
})

/** Requires a token, and names itself as the authorization server. */
function behindIssuer(more: Record<string, unknown>): NonNullable<Script['before']> {
  return (request, response) => {
    const origin = `http://${request.raw.find(([name]) => name === 'host')?.[1]}`
    const documents: Record<string, unknown> = {
      '/.well-known/oauth-protected-resource/mcp': {
        resource: `${origin}/mcp`,
        authorization_servers: [origin],
        scopes_supported: ['read'],
      },
      '/.well-known/oauth-authorization-server': {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: 'https://tokens.example/token',
        code_challenge_methods_supported: ['S256'],
        ...more,
      },
    }
    const document = documents[request.url]
    if (document) json(response, 200, document)
    else
      response.writeHead(request.url === '/mcp' ? 401 : 404, { 'www-authenticate': 'Bearer' }).end()
    return true
  }
}

describe('a hostile server', () => {
  it('a hostile server cannot make the command connect to the addresses in its metadata', async () => {
    let connections = 0
    const inner = createServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
    const address = inner.address()
    const port = typeof address === 'object' ? address?.port : 0
    const url = 'https://hostile.example/mcp'
    const issuers = [
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port}`,
      `https://[::ffff:127.0.0.1]:${port}`,
      'https://169.254.169.254',
      `https://localhost:${port}`,
    ]
    const asked: string[] = []
    try {
      for (const issuer of issuers) {
        const direct: typeof fetch = async (input) => {
          asked.push(String(input))
          return String(input).includes('well-known')
            ? Response.json({ resource: url, authorization_servers: [issuer] })
            : new Response('', {
                status: 401,
                headers: {
                  'www-authenticate': `Bearer resource_metadata="http://127.0.0.1:${port}/metadata"`,
                },
              })
        }
        const inspection = { url, headers: new Headers(), header: undefined, progress: () => {} }
        const way = {
          direct,
          guarded: guardedFetch(),
          redactor: createRedactor([]),
          signal: new AbortController().signal,
        }
        const { report: found } = await inspectServer(inspection, way)
        expect(found.authorization.servers).toMatchObject([{ issuer, found: false }])
        expect(found.notes.join()).toContain('metadata on another origin, which was not followed')
        expect(found.suggestion.binding?.source).toEqual({ type: 'static', of: 'person' })
      }
    } finally {
      await new Promise((resolve) => inner.close(resolve))
    }
    expect(connections).toBe(0)
    expect(asked.every((one) => one.startsWith('https://hostile.example/'))).toBe(true)
  })

  it('a hostile server on this machine can name this machine, but no link-local address', async () => {
    await using server = await wild({
      before(request, response) {
        if (!request.url.includes('protected-resource')) return behindIssuer({})(request, response)
        const origin = `http://${request.raw.find(([name]) => name === 'host')?.[1]}`
        json(response, 200, {
          resource: `${origin}/mcp`,
          authorization_servers: ['https://169.254.169.254', origin],
        })
        return true
      },
    })
    const { json: found } = await report(server.url)
    expect(found.authorization.servers.map((one: { found: boolean }) => one.found)).toEqual([
      false,
      true,
    ])
  })

  it('a hostile server is not believed about another resource, and an issuer is not believed about another issuer', async () => {
    await using server = await wild({ before: behindIssuer({ issuer: 'https://login.example' }) })
    expect((await report(server.url)).json.authorization.servers).toMatchObject([
      { found: false, endpoints: {} },
    ])
    await using other = await wild({
      before(request, response) {
        if (request.url.includes('well-known'))
          json(response, 200, {
            resource: 'https://bank.example/mcp',
            authorization_servers: ['https://login.example'],
          })
        else response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
        return true
      },
    })
    expect((await report(other.url)).json.authorization).toMatchObject({
      resource: null,
      servers: [],
    })
  })

  it('a hostile server cannot move the cursor, colour text or reverse letters', async () => {
    const odd = '\u001b[2J\u001b]0;title\u0007ev\u202eil\u200b\u009b31m\r\nline\u{e0041}'
    await using server = await wild({
      name: odd,
      tools: [tool(odd, {}), tool('b', { [`${odd}_token`]: TEXT })],
    })
    const { code, out, note } = await run(server.url)
    expect(code).toBe(0)
    expect(out).toContain('\\u{1b}[2J')
    expect(out + note).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u{e0041}]/u,
    )
    const { out: line } = await run(server.url, '--json')
    expect(line).not.toMatch(/[\u007f-\u009f\u200b\u202e\u{e0041}]/u)
    const found = JSON.parse(line)
    expect(found.tools[0].name).toContain('\\u{1b}')
    expect(found.tools.map((one: { unusable: string }) => one.unusable)).toEqual([
      expect.stringContaining('cannot be seen'),
      expect.stringContaining('cannot be seen'),
    ])
    expect(found.suggestion.name).toMatch(/^[A-Za-z][A-Za-z0-9 _-]*$/)
  })

  it('that sends the token back, plain or encoded, finds it removed from the report', async () => {
    const forms = [TOKEN, Buffer.from(TOKEN).toString('base64'), Buffer.from(TOKEN).toString('hex')]
    await using server = await wild({
      name: forms.join(' '),
      tools: forms.map((form) => tool(`tool-${form}`, {})),
    })
    vi.stubEnv('WILD_KEY', TOKEN)
    const { code, out } = await run(server.url, '--token-env', 'WILD_KEY')
    expect(code).toBe(0)
    for (const form of forms) expect(out).not.toContain(form)
  })

  it('that sends the token back at the place where a text is cut finds it removed before the cut', async () => {
    const cut = 'x'.repeat(2000 - 11)
    await using server = await wild({ tools: [tool(`${cut}${TOKEN}`, {})] })
    vi.stubEnv('WILD_KEY', TOKEN)
    const { code, out } = await run(server.url, '--token-env', 'WILD_KEY')
    expect(code).toBe(0)
    expect(out).toContain('xxx')
    expect(out).not.toContain(TOKEN.slice(0, 6))
  })

  it('that redirects to a URL with the token in it finds it removed from the message', async () => {
    await using server = await wild({
      before(request, response) {
        const token = request.raw.find(([name]) => name === 'authorization')?.[1]
        if (token)
          response.writeHead(302, { location: `https://away.example/${token.slice(7)}` }).end()
        return token !== undefined
      },
    })
    vi.stubEnv('WILD_KEY', TOKEN)
    const { code, note } = await run(server.url, '--token-env', 'WILD_KEY')
    expect(code).toBe(1)
    expect(note).toContain('redirects (HTTP 302) to https://away.example/')
    expect(note).not.toContain(TOKEN.slice(0, 12))
  })

  it.each([
    ['by redirect', 307],
    ['for good', 308],
  ])('that sends elsewhere %s is not followed', async (_, status) => {
    await using away = await wild()
    await using server = await loopback((_request, response) =>
      response.writeHead(status, { location: away.url }).end(),
    )
    vi.stubEnv('WILD_KEY', TOKEN)
    const { code, note } = await run(server.url, '--token-env', 'WILD_KEY')
    expect(code).toBe(1)
    expect(note).toContain(`redirects (HTTP ${status}) to ${away.url}`)
    expect(away.received).toEqual([])
    expect(
      server.received.flatMap(({ raw }) => raw.map(([, value]) => value)).join(),
    ).not.toContain(TOKEN)
  })

  it('whose list never ends is read for a bounded number of pages', async () => {
    await using server = await wild({
      before(request, response) {
        if (!request.body.includes('tools/list')) return false
        const tools = Array.from({ length: 120 }, (_, index) => tool(`tool-${index}`, {}))
        json(response, 200, {
          jsonrpc: '2.0',
          id: 'tools/list',
          result: { tools, nextCursor: 'more' },
        })
        return true
      },
    })
    const { json: found } = await report(server.url)
    expect(found.tools).toHaveLength(2_048)
    expect(found.notes.join()).toContain('more tools than were looked at')
  })

  it('whose list has hundreds of thousands of entries, in an event of many pieces, is read as far as that goes', async () => {
    const tools = `[${'{},'.repeat(150_000)}${JSON.stringify(tool('last', {}))}]`
    await using server = await wild({
      before(request, response) {
        if (!request.body.includes('tools/list')) return false
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const id = JSON.stringify(JSON.parse(request.body).id)
        const text = `data: {"jsonrpc":"2.0","id":${id},"result":{"tools":${tools}}}\r\n\r\n`
        for (let at = 0; at < text.length; at += 4_096) response.write(text.slice(at, at + 4_096))
        response.end()
        return true
      },
    })
    const { json: found } = await report(server.url)
    expect(found.tools).toEqual([])
    expect(found.notes.join()).toContain('more tools than were looked at')
  })

  it('whose answer never ends is cut off', async () => {
    await using server = await loopback((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    })
    expect(await run(server.url)).toMatchObject({
      code: 1,
      note: expect.stringContaining('larger than 4 MiB'),
    })
  })
})

describe('a server that cannot be inspected', () => {
  it('a server that is not there cannot be inspected', async () => {
    const { code, out, note } = await run(`http://127.0.0.1:${await freePorts(1)}/mcp`)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(note).toContain(
      'could not be reached (ECONNREFUSED). Check that the server runs, and the URL',
    )
  })

  it.each([
    ['a web page', 200, 'text/html', 'does not speak MCP over Streamable HTTP. Check the path'],
    ['nothing at this path', 404, 'text/plain', 'does not speak MCP'],
    ['other JSON', 200, 'application/json', 'does not speak MCP'],
    ['errors', 503, 'text/plain', 'answers with errors (HTTP 503)'],
  ])('a server with %s cannot be inspected', async (_, status, type, words) => {
    await using server = await loopback((_request, response) =>
      response.writeHead(status, { 'content-type': type }).end('{"a":1}'),
    )
    const { code, out, note } = await run(server.url)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(note).toContain(words)
  })

  it.each(['before its headers', 'within its body', 'within a stream of events'])(
    'a server that is silent %s cannot be inspected, and the deadline ends the wait',
    async (where) => {
      await using server = await loopback((_request, response) => {
        if (where === 'before its headers') return
        response.writeHead(200, {
          'content-type': where.includes('events') ? 'text/event-stream' : 'application/json',
        })
        response.write(where.includes('events') ? ': wait\n\n' : '{')
      })
      const { code, note } = await run(server.url, '--deadline', '0.3')
      expect(code).toBe(1)
      expect(note).toContain('was not done answering within 0.3 s')
      expect(note).toContain('--deadline gives it more time')
    },
  )

  it('a server is no longer asked when the person stops the command', async () => {
    const controller = new AbortController()
    await using server = await loopback(() => controller.abort())
    expect(await runWith(controller.signal, server.url)).toMatchObject({
      code: 1,
      note: expect.stringContaining('stopped'),
    })
  })
})

describe('a server that may be none of MCP', () => {
  it('a server that sends everybody away, and says nothing of MCP, gets no binding', async () => {
    await using server = await wild({
      before(_, response) {
        response.writeHead(403).end('no')
        return true
      },
    })
    const { code, out, note } = await run(server.url)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(note).toContain('nobody knows whether it is an MCP server')
    expect(note).toContain('--token-env NAME')
  })

  it('a host of the cluster may have plain http, and is asked', async () => {
    const { code, note } = await run(
      'http://no-such-host-of-mine:3000/mcp',
      '--insecurely-allow-http',
      'no-such-host-of-mine',
    )
    expect(code).toBe(1)
    expect(note).toContain('greeting http://no-such-host-of-mine:3000/mcp')
  })
})

describe('wrong arguments', () => {
  it.each<[string, readonly string[], string]>([
    ['no URL', [], 'it needs one URL'],
    ['two', ['https://a.example/', 'https://b.example/'], 'it needs one URL'],
    ['no absolute one', ['tasks/mcp'], 'must be absolute'],
    ['plain http elsewhere', ['http://tasks.example/mcp'], 'must use https'],
    [
      'a credential in the URL',
      [`https://me:${TOKEN}@tasks.example/mcp`],
      'must not contain a credential',
    ],
    ['a fragment', ['https://tasks.example/mcp#top'], 'must not contain a fragment'],
    [
      'the token itself',
      ['https://tasks.example/mcp', '--token-env', TOKEN],
      'takes the name of an environment variable',
    ],
    [
      'an option that is none',
      ['https://tasks.example/mcp', `--token=${TOKEN}`],
      '--token-env NAME',
    ],
    [
      'an option that is misspelt',
      ['https://tasks.example/mcp', `--tokenenv=${TOKEN}`],
      'did you mean --token-env?',
    ],
    [
      'a host that is public',
      ['http://tasks.example/mcp', '--insecurely-allow-http', 'tasks.example'],
      'is or can be public',
    ],
    [
      'plain http at another host than those of the cluster',
      ['http://mcp.example/mcp', '--insecurely-allow-http', 'mcp:3000'],
      'insecurelyAllowHttp',
    ],
    [
      'a variable that is not set',
      ['https://tasks.example/mcp', '--token-env', 'ONBEHALF_NOT_SET'],
      'is not set',
    ],
    [
      'a header of the protocol',
      ['https://tasks.example/mcp', '--header', 'Mcp-Session-Id'],
      '--header',
    ],
    ['a deadline of no length', ['https://tasks.example/mcp', '--deadline', '0'], '--deadline'],
  ])('wrong arguments end the command with 2: %s', async (_, args, words) => {
    const { code, out, note } = await run(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(note).toContain(words)
  })

  it('a key that looks like other text, or that no header can carry, is refused', async () => {
    vi.stubEnv('WILD_KEY', 'short')
    expect(await run('https://tasks.example/mcp', '--token-env', 'WILD_KEY')).toMatchObject({
      code: 1,
    })
    vi.stubEnv('WILD_KEY', `${TOKEN}\u00e9`)
    expect((await run('https://tasks.example/mcp', '--token-env', 'WILD_KEY')).note).toContain(
      'no header can have',
    )
  })
})

describe('--json', () => {
  it('the output of --json has this shape', async () => {
    await using server = await wild({
      tools: [FLAT],
      before: (request, response) =>
        request.url.includes('well-known') && behindIssuer({})(request, response),
    })
    await using closed = await wild({ before: behindIssuer({}) })
    expect(shapeOf((await report(server.url)).json)).toMatchSnapshot('open')
    expect(shapeOf((await report(closed.url)).json)).toMatchSnapshot('behind an issuer')
  })
})

/** A JSON value with the names of types in the place of values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]))
}

describe('what is to be pasted', () => {
  it.each<[unknown, string]>([
    [{ a: "it's", 'x-y': [1, true] }, `{ a: 'it\\'s', 'x-y': [1, true] }`],
    ['back\\slash and "quotes"', `'back\\\\slash and "quotes"'`],
    [[], '[]'],
    [{}, '{}'],
  ])('what is to be pasted is TypeScript: %j', (value, text) => {
    expect(literal(value)).toBe(text)
  })
})

describe('prompts and resources', () => {
  const lists = {
    'prompts/list': {
      prompts: [
        {
          name: 'report',
          arguments: [
            { name: 'account', required: true },
            { name: 'access_token' },
            { name: 'day' },
          ],
        },
        { name: 'plain' },
        { name: 7 },
      ],
    },
    'resources/templates/list': {
      resourceTemplates: [
        { name: 'tasks', uriTemplate: 'tasks://{user_id}/list{?api_key,limit}' },
        { name: 'odd', uriTemplate: 5 },
      ],
    },
    'resources/list': { resources: [{ name: 'help', uri: 'help://all' }] },
  }

  it('are listed, and what looks like a credential or an identity is flagged as in tools', async () => {
    await using server = await wild({ lists })
    const { json } = await report(new URL('/mcp', server.url).href)
    expect(json.resources).toBe(1)
    expect(json.prompts.map(({ name }: { name: string }) => name)).toEqual([
      'prompts/report',
      'prompts/plain',
    ])
    expect(json.prompts[0].parameters).toMatchObject([
      { pointer: '/account', looksLike: 'subject', required: true },
      { pointer: '/access_token', looksLike: 'credential', required: false },
    ])
    expect(json.templates).toMatchObject([
      {
        name: 'resources/tasks',
        refused: true,
        parameters: [
          { pointer: '/user_id', looksLike: 'subject', required: true },
          { pointer: '/api_key', looksLike: 'credential', required: false },
        ],
      },
    ])

    const { out } = await run(new URL('/mcp', server.url).href)
    for (const said of [
      'Prompts: 2',
      'Templates of resources: 1, of which 1 are refused while nothing is decided',
      'Resources: 1',
      "tool: 'resources/tasks'",
      "tool: 'prompts/report'",
    ])
      expect(out).toContain(said)
  })

  it('are not there at a server that has none or refuses to list them', async () => {
    await using server = await wild({ tools: [FLAT] })
    const { json } = await report(new URL('/mcp', server.url).href)
    expect(json).toMatchObject({ prompts: null, templates: null, resources: null })
    const { out } = await run(new URL('/mcp', server.url).href)
    expect(out).not.toContain('Prompts')
  })
})
