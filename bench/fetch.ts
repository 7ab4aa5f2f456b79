// Goals G5 and G9: measures what the library's fetch adds to a call of the MCP SDK's client, for
// each placement, and what redaction costs compared with JSON.parse. Both sides send with the
// built-in fetch. `withEgressFetch` compares the same bare call with the fetch that we advise for
// configured destinations. The server is node:http and ignores the credential, so that all of the
// difference is ours.

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import {
  type Caller,
  Credential,
  createOnBehalf,
  type Placement,
  type TokenVerifier,
} from 'onbehalf'
import { egressFetch } from 'onbehalf/egress'
import { cpuMicros } from './cpu.ts'
import { redact } from './redact.ts'

const ISSUER = 'https://issuer.example'
const RESOURCE = 'https://app.example/chat'
const ARGUMENT = 'x'.repeat(100)
const RUNS = 400

const PLACEMENTS = {
  header: { type: 'header' },
  argument: { type: 'argument', parameters: 'everywhere' },
  meta: { type: 'meta', key: 'com.example/access-token' },
  session: { type: 'session' },
} as const satisfies Readonly<Record<string, Placement>>

/**
 * Measures and gives `addedCpuMicros` for the header, `addedVsBare`, which is the same as a part of
 * the bare call, because microseconds differ from machine to machine, `withEgressFetchVsBare`,
 * what `redact` gives, and in `placements` the microseconds that each placement adds.
 */
export async function fetchCost(
  report: (line: string) => void,
): Promise<Readonly<Record<string, unknown>>> {
  const server = await bareServer()
  const sendFast = egressFetch()
  try {
    const token = 'canary.of.the.bench.with.some.length'
    const bare: typeof globalThis.fetch = (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${token}`)
      return globalThis.fetch(input, { ...init, headers })
    }
    const contenders: Record<string, () => Promise<unknown>> = {
      bare: await callBy(`${server.origin}/mcp`, bare),
    }
    for (const [name, placement] of Object.entries(PLACEMENTS)) {
      const url = `${server.origin}/${name === 'argument' ? 'classic' : 'mcp'}`
      contenders[name] = await callBy(url, (await admit(url, placement, token)).fetch('bench'))
    }
    const fast = await admit(`${server.origin}/mcp`, PLACEMENTS.header, token, sendFast)
    contenders.withEgressFetch = await callBy(`${server.origin}/mcp`, fast.fetch('bench'))
    const micros = await cpuMicros(contenders, { runs: RUNS, rounds: 7 })
    const vsBare = (value: number) =>
      Math.round((value / (micros.bare ?? Number.NaN)) * 1000) / 1000
    const added = (name: string) =>
      Math.round((micros[name] ?? Number.NaN) - (micros.bare ?? Number.NaN))
    report(`one call by the SDK's client, bare   ${micros.bare?.toFixed(0)} µs CPU`)
    const redaction = await redact(report)
    return {
      addedCpuMicros: added('header'),
      addedVsBare: vsBare(added('header')),
      withEgressFetchVsBare: vsBare(micros.withEgressFetch ?? Number.NaN),
      ...redaction,
      placements: Object.fromEntries(Object.keys(PLACEMENTS).map((name) => [name, added(name)])),
    }
  } finally {
    await sendFast.close()
    await server.close()
  }
}

async function callBy(
  url: string,
  fetch: typeof globalThis.fetch,
): Promise<() => Promise<unknown>> {
  const client = new Client({ name: 'bench', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }))
  await client.listTools()
  return async () => {
    const { isError } = await client.callTool({ name: 'echo', arguments: { text: ARGUMENT } })
    if (isError) throw new Error('The bench call was refused')
  }
}

async function admit(
  url: string,
  placement: Placement,
  token: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<Caller> {
  const principal = { issuer: ISSUER, subject: 'alice' }
  const expiresAt = Date.now() / 1000 + 3600
  const verifier: TokenVerifier = {
    verify: async () => ({
      ok: true,
      value: { principal, audience: [RESOURCE], scopes: [], expiresAt, claims: {} },
    }),
  }
  const onbehalf = createOnBehalf({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    verifier,
    exchanger: {
      issuer: ISSUER,
      exchange: async () => ({
        ok: true,
        value: { credential: new Credential(token), expiresAt, scopes: [] },
      }),
    },
    audit: { record: () => {} },
    fetch,
    servers: { bench: { url, placement } },
  })
  const admission = await onbehalf.admit(
    new Request(RESOURCE, { headers: { authorization: 'Bearer bench' } }),
  )
  if (!admission.ok) throw new Error('The bench token was refused')
  return admission.value
}

/**
 * Starts a server that answers what the SDK's client asks (revision 2025-11-25, without sessions).
 * It answers `tools/call` with the argument.
 */
async function bareServer() {
  const properties = { text: { type: 'string' }, access_token: { type: 'string' } }
  const open = { text: { type: 'string' } }
  const server = createServer(async (request, response) => {
    const { id, method } = JSON.parse((await text(request)) || '{}')
    if (id === undefined)
      return void response.writeHead(request.method === 'POST' ? 202 : 405).end()
    const hidden = request.url === '/classic'
    const result =
      method === 'initialize'
        ? {
            protocolVersion: '2025-11-25',
            capabilities: { tools: {} },
            serverInfo: { name: 'bare', version: '1' },
          }
        : method === 'tools/list'
          ? {
              tools: [
                {
                  name: 'echo',
                  inputSchema: { type: 'object', properties: hidden ? properties : open },
                },
              ],
            }
          : { content: [{ type: 'text', text: ARGUMENT }] }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
