// The processes that `bench/gateway.ts` measures: `echo`, a bare MCP server over node:http; `gateway`, ours
// in front of it; and `hop`, the least that a program on Node could do there.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Credential } from 'onbehalf'
import { egressFetch } from 'onbehalf/egress'
import { createGateway } from 'onbehalf/gateway'
import { oidc } from 'onbehalf/issuers'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditLines } from 'onbehalf/log'
import { toNodeListener } from 'onbehalf/node'
import { Pool } from 'undici'
import { z } from 'zod'

const settings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('echo') }),
  z.object({ kind: z.literal('hop'), echo: z.string() }),
  z.object({
    kind: z.literal('gateway'),
    port: z.number(),
    echo: z.string(),
    issuer: z.string(),
    /** Fills a parameter of each call, and hides it. */
    fills: z.boolean(),
    /** Exchanges the token. Without it, the caller's own goes on. */
    exchanges: z.boolean(),
    audit: z.boolean(),
    /** Allows the one tool by its name. */
    allows: z.boolean(),
    /** Remembers tokens that it has verified. */
    remembers: z.boolean(),
    /** Takes calls without web classes. */
    isQuick: z.boolean(),
  }),
])

const message = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z
    .object({
      arguments: z.object({ text: z.string() }).optional(),
      protocolVersion: z.string().optional(),
    })
    .optional(),
})

const INFO = { name: 'echo', version: '1' }

/** The tool takes what the pattern asks for, too, so that there is something to hide and to fill. */
const TOOL = {
  name: 'echo',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string' }, access_token: { type: 'string' } },
    required: ['text'],
  },
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end()
  const { id, method, params } = message.parse(JSON.parse(await text(request)))
  if (id === undefined) return void response.writeHead(202).end()
  const result =
    method === 'initialize'
      ? { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo: INFO }
      : method === 'tools/list'
        ? { tools: [TOOL] }
        : { content: [{ type: 'text', text: params?.arguments?.text ?? '' }] }
  const body = JSON.stringify({ jsonrpc: '2.0', id, result })
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    .end(body)
}

/** In by node:http, out by undici, in the way that costs least. It looks at nothing. */
function hop(behind: string) {
  const { origin, pathname: path } = new URL(behind)
  const pool = new Pool(origin, { connections: 16 })
  const headers = { 'content-type': 'application/json' }
  return (request: IncomingMessage, response: ServerResponse) => {
    const asked: Uint8Array[] = []
    const answered: Uint8Array[] = []
    const send = () =>
      pool.dispatch(
        { path, method: 'POST', headers, body: Buffer.concat(asked) },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_, chunk) => void answered.push(chunk),
          onResponseEnd() {
            const body = Buffer.concat(answered)
            response.writeHead(200, { ...headers, 'content-length': body.length }).end(body)
          },
          onResponseError: () => void response.writeHead(502).end(),
        },
      )
    request.on('data', (chunk: Uint8Array) => asked.push(chunk)).on('end', send)
  }
}

function listenerOf(given: z.output<typeof settings>) {
  switch (given.kind) {
    case 'echo':
      return (...pair: Parameters<typeof echo>) => void echo(...pair)
    case 'hop':
      return hop(given.echo)
    case 'gateway':
      return gateway(given)
  }
}

function gateway(given: Extract<z.output<typeof settings>, { kind: 'gateway' }>) {
  const url = `http://127.0.0.1:${given.port}`
  const source = given.exchanges
    ? ({ type: 'exchange', scopes: ['use'] } as const)
    : ({ type: 'own', audience: 'everybody' } as const)
  const served = createGateway({
    url,
    issuer: oidc({
      issuer: given.issuer,
      audience: 'everybody',
      clientId: 'gateway',
      clientSecret: new Credential('a-secret-of-the-gateway'),
      ...(given.remembers ? {} : { verifier: jwtVerifier({ issuer: given.issuer, cache: false }) }),
    }),
    servers: {
      Echo: {
        url: given.echo,
        source,
        ...(given.allows ? { tools: { allow: ['echo'] } } : {}),
        ...(given.fills
          ? {
              placement: {
                type: 'argument',
                parameters: [{ pointer: '/access_token', value: 'credential' }],
              },
            }
          : {}),
      },
    },
    audit: given.audit ? auditLines(process.stdout) : { record() {} },
    warn() {},
    fetch: egressFetch(),
  })
  return toNodeListener(given.isQuick ? served.fetch : (request) => served.fetch(request))
}

const given = settings.parse(JSON.parse(process.argv[2] ?? ''))
const server = createServer(listenerOf(given))
server.listen(given.kind === 'gateway' ? given.port : 0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('message', (which) => {
  if (which === 'memory') globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  process.send?.({ cpu: user + system, rss, heap: heapUsed })
})
process.on('disconnect', () => process.exit(0))
