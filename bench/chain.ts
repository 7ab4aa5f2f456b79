// Goals G6 and G7: measures what a chat turn with one tool call costs in our own code, compared
// with one round trip between the client and the server of the MCP SDK. There is no model and no
// agent framework. Each hop is real HTTP on loopback, and the conversation is written to a SQLite
// file.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import {
  type Caller,
  Credential,
  createAuditor,
  createDoor,
  createOnBehalf,
  type TokenExchanger,
} from 'onbehalf'
import { chatkitServer } from 'onbehalf/chatkit'
import { egressFetch } from 'onbehalf/egress'
import { jwtVerifier } from 'onbehalf/jwt'
import { protectMcpServer } from 'onbehalf/mcp-server'
import { openSqlite, sqliteThreadStore } from 'onbehalf/store'
import { request } from 'undici'
import { z } from 'zod'
import { cpuMicros } from './cpu.ts'

const ISSUER = 'https://issuer.example'
const ARGUMENT = 'x'.repeat(100)
const RUNS = 200
const toolCall = z.object({ id: z.number(), params: z.object({ arguments: z.unknown() }) })

/** Measures and gives `chainCpuVsSdkRoundTrip` and `authShareOfHop`. */
export async function chain(
  report: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const closing: (() => unknown)[] = []
  try {
    const issuer = await stubIssuer()
    const fetch = egressFetch()
    closing.push(() => fetch.close())
    const parts = {
      verifier: issuer.verifier,
      audit: { record: () => {} },
      exchanger: issuer.exchanger,
      fetch,
    }
    const bare = await sdkRoundTrip(closing)
    const ours = await chatTurn(parts, issuer.token, closing)
    const micros = await cpuMicros({ bare, ours: ours.turn }, { runs: RUNS })
    const hop = await cpuMicros({ hop: ours.hop }, { runs: RUNS })
    const door = await cpuMicros({ door: ours.door }, { runs: 5000 })
    report(`one SDK client + server round trip   ${micros.bare?.toFixed(0)} µs CPU`)
    report(`a chat turn with one tool call       ${micros.ours?.toFixed(0)} µs CPU`)
    report(
      `one MCP hop, SDK on both sides       ${hop.hop?.toFixed(0)} µs CPU, its door ${door.door?.toFixed(1)} µs`,
    )
    return {
      chainCpuVsSdkRoundTrip: round((micros.ours ?? Number.NaN) / (micros.bare ?? Number.NaN)),
      authShareOfHop: round((door.door ?? Number.NaN) / (hop.hop ?? Number.NaN)),
    }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

/** Makes an issuer inside this process. Its keys are real and its endpoints are functions. */
async function stubIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = String(input instanceof Request ? input.url : input)
    return Response.json(
      url.includes('.well-known') ? { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` } : jwks,
    )
  }
  const token = async (audience: string, scope: string) =>
    new SignJWT({ scope, client_id: 'bench' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' })
      .setIssuer(ISSUER)
      .setSubject('alice')
      .setAudience(audience)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
  const exchanger: TokenExchanger = {
    issuer: ISSUER,
    async exchange(_subject, { resource, scopes }) {
      const credential = new Credential(await token(resource, scopes.join(' ')))
      return {
        ok: true,
        value: {
          credential,
          expiresAt: Date.now() / 1000 + 3600,
          scopes,
          tokenId: crypto.randomUUID(),
        },
      }
    },
  }
  return { verifier: jwtVerifier({ issuer: ISSUER, fetch }), exchanger, token }
}

async function serve(
  handler: (request: Request) => Promise<Response>,
  closing: (() => unknown)[],
): Promise<string> {
  return listen(
    createServer(getRequestListener(handler, { overrideGlobalObjects: false })),
    closing,
  )
}

async function listen(server: Server, closing: (() => unknown)[]): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return `http://127.0.0.1:${address.port}`
}

function echoServer(): McpServer {
  const server = new McpServer({ name: 'echo', version: '1.0.0' })
  server.registerTool(
    'echo',
    { inputSchema: z.object({ text: z.string() }) },
    async ({ text }) => ({
      content: [{ type: 'text', text }],
    }),
  )
  return server
}

/**
 * Makes the baseline: one `tools/call` from the SDK's client to the SDK's server, without a
 * credential.
 */
async function sdkRoundTrip(closing: (() => unknown)[]): Promise<() => Promise<unknown>> {
  const handler = createMcpHandler(echoServer)
  const url = await serve((incoming) => handler.fetch(incoming), closing)
  return connect(url, globalThis.fetch, closing)
}

async function connect(
  url: string,
  fetch: typeof globalThis.fetch,
  closing: (() => unknown)[],
): Promise<() => Promise<unknown>> {
  const client = new Client(
    { name: 'bench', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }))
  closing.push(() => client.close())
  return () => client.callTool({ name: 'echo', arguments: { text: ARGUMENT } })
}

type Parts = Required<
  Pick<Parameters<typeof protectMcpServer>[0], 'verifier' | 'audit' | 'exchanger' | 'fetch'>
>

/**
 * Makes a turn through our own code: the chat endpoint, the carrying fetch, the server kit, the
 * call to the API, and the API's door. The tool and the API do almost nothing.
 */
async function chatTurn(
  { verifier, audit, exchanger, fetch }: Parts,
  token: (audience: string, scope: string) => Promise<string>,
  closing: (() => unknown)[],
) {
  const auditor = createAuditor(audit)
  let apiDoor: ReturnType<typeof createDoor> | undefined
  const api = await serve(async (incoming) => {
    apiDoor ??= createDoor({ resource: `${api}/api`, verifier, auditor, hop: 'server-door' })
    const admission = await apiDoor.admit(incoming, { scopes: ['tasks:write'] })
    return admission.ok ? Response.json({ task: await incoming.json() }) : admission.response
  }, closing)

  let kit: ((incoming: Request) => Promise<Response>) | undefined
  const mcp: string = await serve((incoming) => {
    kit ??= protectMcpServer(
      {
        resource: `${mcp}/mcp`,
        authorizationServers: [ISSUER],
        verifier,
        audit,
        exchanger,
        toolScopes: { echo: ['tasks:write'] },
        apis: { tasks: { url: `${api}/api`, scopes: ['tasks:write'] } },
        fetch,
      },
      async (call, { fetch: apiFetch }) => {
        const { id, params } = toolCall.parse(await call.json())
        const answer = await apiFetch('tasks')(`${api}/api/tasks`, {
          method: 'POST',
          body: JSON.stringify(params.arguments),
        })
        return Response.json({
          jsonrpc: '2.0',
          id,
          result: { content: [{ type: 'text', text: await answer.text() }] },
        })
      },
    )
    return kit(incoming)
  }, closing)

  const sdk = createMcpHandler(echoServer)
  let sdkKit: ((incoming: Request) => Promise<Response>) | undefined
  const sdkMcp: string = await serve((incoming) => {
    sdkKit ??= protectMcpServer(
      {
        resource: `${sdkMcp}/mcp`,
        authorizationServers: [ISSUER],
        verifier,
        audit,
        toolScopes: { echo: ['tasks:write'] },
      },
      (call, { authInfo }) => sdk.fetch(call, { authInfo }),
    )
    return sdkKit(incoming)
  }, closing)

  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-bench-'))
  closing.push(() => rm(folder, { recursive: true }))
  const database = openSqlite(join(folder, 'chat.db'))
  closing.push(() => database.close())
  const source = { type: 'exchange', scopes: ['tasks:write'] } as const
  const resource = 'http://127.0.0.1/chatkit'
  const onbehalf = createOnBehalf({
    resource,
    authorizationServers: [ISSUER],
    verifier,
    exchanger,
    audit,
    fetch,
    servers: { tasks: { url: `${mcp}/mcp`, source }, sdk: { url: `${sdkMcp}/mcp`, source } },
  })
  const chatkit = chatkitServer<Caller>({
    admit: onbehalf.admit,
    store: sqliteThreadStore(database),
    // The bench is one person who asks without a pause.
    rateLimit: 'none',
    async *respond(_thread, _message, { caller, newItem }) {
      const call = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'echo', arguments: { text: ARGUMENT } },
      }
      const answer = await caller.fetch('tasks')(`${mcp}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify(call),
      })
      const text = await answer.text()
      const content = [{ type: 'output_text', text, annotations: [] }] as const
      yield {
        type: 'thread.item.done',
        item: { ...newItem('message'), type: 'assistant_message', content },
      }
    },
  })
  const chat = await listen(createServer(chatkit.listener), closing)
  closing.push(() => chatkit.close())
  const bearer = `Bearer ${await token(resource, 'tasks:write')}`
  const message = {
    content: [{ type: 'input_text', text: ARGUMENT }],
    attachments: [],
    inference_options: {},
  }
  const body = JSON.stringify({ type: 'threads.create', params: { input: message } })
  const headers = { authorization: bearer, 'content-type': 'application/json' }

  const turn = async () => {
    const answer = await request(`${chat}/chatkit`, { method: 'POST', headers, body })
    const text = await answer.body.text()
    if (!text.includes(ARGUMENT) || text.includes('"error"'))
      throw new Error(`The chat turn failed: ${text}`)
  }
  const admission = await onbehalf.admit(new Request(resource, { method: 'POST', headers }))
  if (!admission.ok) throw new Error('The bench token was refused')
  const incoming = new Request(resource, { method: 'POST', headers })
  const door = createDoor({ resource, verifier, auditor })
  return {
    turn,
    door: () => door.admit(incoming),
    hop: await connect(`${sdkMcp}/mcp`, admission.value.fetch('sdk'), closing),
  }
}
