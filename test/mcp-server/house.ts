// A small house for the kit's tests: an issuer with real keys, an API that verifies, an MCP server
// on the real SDK, and a door in front.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { exportJWK, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { type AuditEvent, Credential, type TokenExchanger, type TokenVerifier } from 'onbehalf'
import { jwtVerifier } from 'onbehalf/jwt'
import {
  type ErrorOrigin,
  guardTool,
  type ProtectOptions,
  protectMcpServer,
  type ServerCall,
} from 'onbehalf/mcp-server'
import { z } from 'zod'

export const ISSUER = 'https://login.example'
export const MCP = 'https://tasks.example/mcp'
export const API = 'https://api.example/api'
const JWKS = 'https://login.example/jwks'
export const METADATA = 'https://tasks.example/.well-known/oauth-protected-resource/mcp'

/** What the API was sent. */
export interface ApiRequest {
  readonly url: string
  readonly method: string
  readonly authorization: string
  readonly subject: string
  readonly actor: unknown
  readonly all: string
}

/** What a tool throws in the tests; it must not be seen anywhere outside. */
export const THROWN_SECRET = 'hunter2-s3cr3t-from-a-tool'

const toolScopes = {
  list_tasks: ['tasks:read'],
  add_task: ['tasks:write'],
  move_task: ['tasks:read', 'tasks:write'],
  whoami: [],
  broken: [],
}

export type House = Awaited<ReturnType<typeof build>>

/** Builds the house. `wrapped` replaces the MCP server by another fetch handler. */
export async function build(
  overrides: Partial<ProtectOptions> = {},
  wrapped?: (request: Request, call: ServerCall) => Promise<Response>,
) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] }
  const events: AuditEvent[] = []
  const errors: { readonly error: unknown; readonly origin: ErrorOrigin }[] = []
  const exchanges: {
    readonly subject: string
    readonly resource: string
    readonly scopes: readonly string[]
  }[] = []
  const apiRequests: ApiRequest[] = []
  const handled: Request[] = []
  const calls: ServerCall[] = []
  const state = { apiDown: false, rejectIssuedBefore: 0, issued: 0 }

  function mint(
    claims: JWTPayload = {},
    header: { kid?: string; typ?: string } = {},
  ): Promise<string> {
    const seconds = Math.floor(Date.now() / 1000)
    const defaults = {
      iss: ISSUER,
      aud: MCP,
      sub: 'alice',
      client_id: 'chat',
      scope: 'tasks:read tasks:write',
      jti: crypto.randomUUID(),
      iat: seconds,
      exp: seconds + 300,
    }
    return new SignJWT({ ...defaults, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header })
      .sign(privateKey)
  }

  const exchanger: TokenExchanger = {
    issuer: ISSUER,
    async exchange(subjectToken, target) {
      const options = { issuer: ISSUER, audience: MCP, typ: 'at+jwt', algorithms: ['ES256'] }
      const { payload } = await jwtVerify(subjectToken.reveal(), publicKey, options)
      exchanges.push({
        subject: String(payload.sub),
        resource: target.resource,
        scopes: target.scopes,
      })
      const serial = ++state.issued
      const actor = { sub: 'tasks-mcp', ...(payload.act ? { act: payload.act } : {}) }
      const claims = {
        aud: target.resource,
        sub: String(payload.sub),
        scope: target.scopes.join(' '),
        act: actor,
        serial,
      }
      const text = await mint({ ...claims, jti: `issued-${serial}` })
      const expiresAt = Math.floor(Date.now() / 1000) + 300
      return {
        ok: true,
        value: {
          credential: new Credential(text),
          expiresAt,
          scopes: target.scopes,
          tokenId: `issued-${serial}`,
        },
      }
    },
  }

  async function api(request: Request): Promise<Response> {
    if (state.apiDown) throw new TypeError('connect ECONNREFUSED 10.0.0.7:443')
    const authorization = request.headers.get('authorization') ?? ''
    const all = [request.url, ...[...request.headers].flat(), await request.text()].join('\n')
    try {
      const { payload } = await jwtVerify(authorization.replace('Bearer ', ''), publicKey, {
        issuer: ISSUER,
        audience: API,
      })
      const subject = String(payload.sub)
      apiRequests.push({
        url: request.url,
        method: request.method,
        authorization,
        subject,
        actor: payload.act,
        all,
      })
      if (Number(payload.serial) <= state.rejectIssuedBefore)
        return new Response(null, { status: 401 })
      return Response.json({ owner: subject })
    } catch {
      return new Response(null, { status: 401 })
    }
  }

  const network: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.url === JWKS) return Response.json(jwks)
    if (request.url.startsWith('https://api.example/')) return api(request)
    throw new TypeError(`no such host in this test: ${request.url}`)
  }

  function serverFor(call: ServerCall): McpServer {
    const server = new McpServer({ name: 'tasks', version: '1.0.0' })
    const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
    server.registerTool(
      'list_tasks',
      { description: 'Lists tasks' },
      guardTool(call, 'list_tasks', async () => {
        const response = await call.fetch('tasks')(`${API}/tasks`)
        return text(
          `tasks of ${z.object({ owner: z.string() }).parse(await response.json()).owner}`,
        )
      }),
    )
    server.registerTool(
      'add_task',
      { description: 'Adds a task', inputSchema: z.object({ title: z.string() }) },
      guardTool(call, 'add_task', async ({ title }) => {
        const body = JSON.stringify({ title })
        await call.fetch('tasks')(`${API}/tasks`, { method: 'POST', body })
        return text('added')
      }),
    )
    server.registerTool('whoami', { description: 'Says who asks' }, (ctx) =>
      text(JSON.stringify(ctx.http?.authInfo ?? null)),
    )
    server.registerTool(
      'broken',
      { description: 'Throws' },
      guardTool(call, 'broken', async (): Promise<ReturnType<typeof text>> => {
        throw new Error(`upstream said: Bearer ${THROWN_SECRET}`)
      }),
    )
    server.registerTool('forgotten', { description: 'Nobody declared scopes for it' }, () =>
      text('done'),
    )
    return server
  }

  const options: ProtectOptions & { readonly verifier: TokenVerifier } = {
    resource: MCP,
    authorizationServers: [ISSUER],
    verifier: jwtVerifier({ issuer: ISSUER, jwksUri: JWKS, fetch: network }),
    exchanger,
    audit: { record: (event) => void events.push(event) },
    apis: { tasks: { url: API, scopes: ['tasks:read', 'tasks:write'] } },
    toolScopes,
    fetch: network,
    onError: (error, origin) => void errors.push({ error, origin }),
    ...overrides,
  }
  const serve = protectMcpServer(options, async (request, call) => {
    handled.push(request.clone())
    calls.push(call)
    if (wrapped) return wrapped(request, call)
    return createMcpHandler(() => serverFor(call)).fetch(request, { authInfo: call.authInfo })
  })

  /** POSTs a body, with alice's token unless another is given. */
  async function post(
    body: unknown,
    headers: Record<string, string> = {},
    token?: string,
  ): Promise<Response> {
    const request = new Request(MCP, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token ?? (await mint())}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return serve(request)
  }

  /**
   * The whole answer to the call of a tool: it is a stream, and the tool may still be at work when
   * it opens.
   */
  async function callTool(
    name: string,
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<string> {
    return (await post(toolCall(name), headers, token)).text()
  }

  /** A client of the real SDK that holds one token. */
  async function client(token: string, revision: '2026-07-28' | '2025-11-25'): Promise<Client> {
    const one = new Client(
      { name: 'test', version: '1.0.0' },
      revision === '2026-07-28' ? { versionNegotiation: { mode: { pin: revision } } } : {},
    )
    const transport = new StreamableHTTPClientTransport(new URL(MCP), {
      fetch: async (url, init) => {
        const request = new Request(url, init)
        request.headers.set('authorization', `Bearer ${token}`)
        return serve(request)
      },
    })
    await one.connect(transport)
    return one
  }

  return {
    serve,
    post,
    callTool,
    client,
    mint,
    events,
    errors,
    exchanges,
    apiRequests,
    handled,
    calls,
    state,
    options,
  }
}

/** A `tools/call` message. */
export function toolCall(name: string, values: object = {}, id: number = 1): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: values } }
}

/** The text of a tool result's first part. */
export function textOf(result: { readonly content?: unknown }): string {
  return (
    z
      .array(z.object({ text: z.string() }))
      .min(1)
      .parse(result.content)[0]?.text ?? ''
  )
}
