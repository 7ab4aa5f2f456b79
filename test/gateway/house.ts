// A gateway in memory with two servers behind it, and clients in front. The servers are those of the
// official SDK: one keeps sessions (v1), one keeps none (v2). No test lives here.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { AuditEvent } from '../../src/core/audit.ts'
import { granted, refused } from '../../src/core/errors.ts'
import { readBytes } from '../../src/core/http/bounded-body.ts'
import { PlainHeaders } from '../../src/core/http/plain-headers.ts'
import type { QuickRequest } from '../../src/core/http/quick.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { handClock, ISSUER, issuedToken, START, verifiedToken } from '../core/parts.ts'

export const GATEWAY = 'https://gateway.example'
const TASKS = 'https://tasks.example/mcp'
const NOTES = 'https://notes.example/mcp'

/** One request that reached a server. */
export interface Reached {
  readonly authorization: string
  readonly session: string | null
  readonly headers: Headers
  readonly method: string
  /** The id of the request. */
  readonly id: unknown
  readonly args: unknown
}

/** A server behind the gateway. */
export interface Behind {
  readonly fetch: (request: Request) => Promise<Response>
  readonly reached: Reached[]
  /** Methods of the messages that reached it. */
  methods(): readonly string[]
  /** Forgets all sessions, as a restart does. */
  restart(): void
}

/** What the tests look at in a message. */
interface Message {
  readonly method?: string
  readonly id?: unknown
  readonly params?: { readonly arguments?: unknown }
}

async function messageIn(request: Request): Promise<Message> {
  return request.method === 'POST' ? ((await request.clone().json()) as Message) : {}
}

const personIn = (authorization: string) => authorization.split('.')[1] ?? 'nobody'

/** Keeps sessions. It has a tool for each person alone, and one of the pattern. */
function sessionServer(): Behind {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const reached: Reached[] = []
  function serverFor(person: string): McpServerV1 {
    const server = new McpServerV1({ name: 'tasks', version: '1.0.0' })
    server.registerTool(`only_${person}`, {}, async () => said(`${person} only`))
    server.registerTool(
      'add_task',
      { inputSchema: { title: z.string(), user_id: z.string(), access_token: z.string() } },
      async ({ title, user_id, access_token }) => said(`${title} of ${user_id} by ${access_token}`),
    )
    server.registerTool('echo', {}, async ({ requestInfo }) =>
      said(`got ${String(requestInfo?.headers.authorization)}`),
    )
    return server
  }
  return {
    reached,
    methods: () => reached.map(({ method }) => method),
    restart: () => sessions.clear(),
    async fetch(request) {
      const id = request.headers.get('mcp-session-id')
      const authorization = request.headers.get('authorization') ?? ''
      const message = await messageIn(request)
      reached.push({
        authorization,
        session: id,
        headers: request.headers,
        method: message.method ?? request.method,
        id: message.id,
        args: message.params?.arguments,
      })
      const known = id === null ? undefined : sessions.get(id)
      if (known) return known.handleRequest(request)
      if (id !== null || message.method !== 'initialize')
        return Response.json(
          { jsonrpc: '2.0', error: { code: -32001, message: 'x' } },
          { status: 404 },
        )
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (given) => void sessions.set(given, transport),
        onsessionclosed: (given) => void sessions.delete(given),
      })
      await serverFor(personIn(authorization)).connect(transport)
      return transport.handleRequest(request)
    },
  }
}

/** Keeps none, and speaks the newest revision too. */
function plainServer(): Behind {
  const reached: Reached[] = []
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    server.registerTool('search', {}, async () => said('notes'))
    server.registerPrompt('summary', {}, async () => ({
      messages: [{ role: 'user', content: { type: 'text', text: 'Sum it up.' } }],
    }))
    return server
  })
  return {
    reached,
    methods: () => reached.map(({ method }) => method),
    restart() {},
    async fetch(request) {
      const message = await messageIn(request)
      reached.push({
        authorization: request.headers.get('authorization') ?? '',
        session: request.headers.get('mcp-session-id'),
        headers: request.headers,
        method: message.method ?? request.method,
        id: message.id,
        args: message.params?.arguments,
      })
      return handler.fetch(request)
    },
  }
}

function said(text: string) {
  return { content: [{ type: 'text' as const, text }] }
}

/** A token for the gateway: whose, with which scopes, and seconds that it lives. */
export function tokenFor(person: string, scopes = 'read', seconds = 300, more = '1'): string {
  return `canary.${person}.${scopes}.${seconds}.${more}`
}

/** How requests come in: as web requests, or as those of node:http. */
let way: 'web' | 'quick' = 'web'
/** Requests that took the quick way. */
let quickly = 0

/** From now on requests come in another way. Gives how many have taken the quick one. */
export function comeIn(by: typeof way): () => number {
  way = by
  return () => quickly
}

/** The way into a gateway. What is not for the quick one goes the usual one. */
function cameIn({ fetch }: Gateway): Gateway['fetch'] {
  const { quick } = fetch
  const either = (request: Request) => {
    const { pathname, search, host } = new URL(request.url)
    const headers = new PlainHeaders(request.headers)
    headers.set('host', host)
    const { method, signal, url } = request
    const target = pathname + search
    const read: QuickRequest['read'] = (bounds) => readBytes(request, bounds)
    const answer =
      way === 'quick' ? quick?.({ method, headers, signal, url, target, read }) : undefined
    if (answer) quickly += 1
    return answer ?? fetch(request)
  }
  return quick ? Object.assign(either, { quick }) : either
}

/** The gateway, and what is around it. */
export function gatewayHouse(changes: Partial<GatewayOptions> = {}) {
  const clock = handClock()
  const events: AuditEvent[] = []
  const tasks = sessionServer()
  const notes = plainServer()
  const down = new Set<string>()
  let issued = 0
  const options: GatewayOptions = {
    url: GATEWAY,
    authorizationServers: [ISSUER],
    verifier: {
      async verify(credential, audience) {
        const [kind, subject = '', scopes = '', seconds = '300'] = credential.reveal().split('.')
        if (kind !== 'canary') return refused('signature_invalid')
        const expiresAt = START + Number(seconds)
        if (expiresAt <= clock.now() / 1000) return refused('token_expired')
        return granted(
          verifiedToken({
            principal: { issuer: ISSUER, subject, client: 'agent' },
            scopes: scopes.split('+'),
            audience: [audience].flat(),
            expiresAt,
          }),
        )
      },
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(subjectToken, target) {
        const [, subject] = subjectToken.reveal().split('.')
        const expiresAt = clock.now() / 1000 + 60
        const text = `issued.${subject}.${new URL(target.resource).host}.${issued++}.canary0f`
        return granted(issuedToken(text, { expiresAt, scopes: target.scopes }))
      },
    },
    servers: {
      Tasks: {
        url: TASKS,
        source: { type: 'exchange', scopes: ['read'] },
        placement: [
          { type: 'header' },
          {
            type: 'argument',
            parameters: [
              { pointer: '/user_id', value: 'subject' },
              { pointer: '/access_token', value: 'credential' },
            ],
          },
        ],
      },
      Notes: { url: NOTES, source: { type: 'exchange', scopes: ['read'] } },
    },
    audit: { record: (event) => void events.push(event) },
    async fetch(input, init) {
      const request = new Request(input, init)
      const { host } = new URL(request.url)
      if (down.has(host)) throw new TypeError('fetch failed')
      return (host === 'tasks.example' ? tasks : notes).fetch(request)
    },
    now: clock.now,
    warn() {},
    ...changes,
  }
  const gateway = createGateway(options)
  Object.assign(gateway, { fetch: cameIn(gateway) })

  /** A request to the gateway. */
  function ask(
    path: string,
    token: string | undefined,
    message: unknown,
    headers: Readonly<Record<string, string>> = {},
    method = 'POST',
  ): Promise<Response> {
    return gateway.fetch(
      new Request(`${GATEWAY}${path}`, {
        method,
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(method === 'POST' ? { body: JSON.stringify(message) } : {}),
      }),
    )
  }

  /** A client of the official SDK, as a person. `token` may change while it is open. */
  async function connect(
    path: string,
    person: { token: string },
    mode: 'auto' | 'legacy' = 'auto',
  ) {
    const client = new Client({ name: 'agent', version: '1.0.0' }, { versionNegotiation: { mode } })
    const transport = new StreamableHTTPClientTransport(new URL(`${GATEWAY}${path}`), {
      fetch(input, init) {
        const request = new Request(input, init)
        request.headers.set('authorization', `Bearer ${person.token}`)
        return gateway.fetch(request)
      },
    })
    await client.connect(transport)
    return Object.assign(client, { session: () => transport.sessionId })
  }

  return { gateway, options, clock, events, tasks, notes, down, ask, connect }
}

/** The texts of a tool's result. */
export function textOf(result: unknown): string {
  const { content = [] } = result as { readonly content?: readonly { readonly text?: string }[] }
  return content.map(({ text }) => text ?? '').join('\n')
}
