// The world around the adopters: an issuer with token exchange, and an MCP server and an API that take
// its tokens. They are a screen of code, and know nothing of onbehalf. No test lives here.

import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'

/** What the adopters are told, and how a person gets a token. */
export interface World {
  readonly issuer: string
  readonly mcpUrl: string
  readonly apiUrl: string
  /** An access token of a person for an audience. */
  mint(person: string, audience: string): Promise<string>
  close(): Promise<void>
}

/** Starts the world on loopback ports. */
export async function startWorld(): Promise<World> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  const sign = (claims: object, audience: string) =>
    new SignJWT({ client_id: 'page', scope: 'tasks:read', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
      .setIssuer(issuer.origin)
      .setAudience(audience)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)

  const issuer = await listen(async (request, response) => {
    const send = (value: object) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    const path = request.url ?? ''
    if (path.startsWith('/.well-known/')) return send(metadataOf(issuer.origin))
    if (path === '/jwks') return send({ keys: [jwk] })
    const form = new URLSearchParams(await bodyOf(request))
    const { payload } = await jwtVerify(form.get('subject_token') ?? '', publicKey)
    const audience = form.get('resource') ?? form.get('audience') ?? ''
    const token = await sign({ sub: payload.sub, act: { sub: 'app' } }, audience)
    return send({
      access_token: token,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 300,
      scope: form.get('scope') ?? '',
    })
  })

  const mcp = await listen(async (request, response) => {
    const [, token = ''] = (request.headers.authorization ?? '').split(' ')
    const { payload } = await jwtVerify(token, publicKey, { audience: `${mcp.origin}/mcp` })
    const { id, method, params } = JSON.parse((await bodyOf(request)) || '{}')
    if (id === undefined) return response.writeHead(request.method === 'GET' ? 405 : 202).end()
    const person = String(payload.sub)
    const result = resultOf(method, params, person, `${person} by ${Object(payload.act).sub}`)
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })

  const api = await listen(async (request, response) => {
    const [, token = ''] = (request.headers.authorization ?? '').split(' ')
    const { payload } = await jwtVerify(token, publicKey, { audience: `${api.origin}/tasks` })
    const wanted = new URL(request.url ?? '', api.origin).searchParams.get('text')
    return response.end(`${payload.sub} by ${Object(payload.act).sub} looks for ${wanted}`)
  })

  return {
    issuer: issuer.origin,
    mcpUrl: `${mcp.origin}/mcp`,
    apiUrl: `${api.origin}/tasks`,
    mint: (person, audience) => sign({ sub: person }, audience),
    async close() {
      await issuer.close()
      await mcp.close()
      await api.close()
    },
  }
}

/** What the MCP server answers: its one tool is named for the person. */
function resultOf(method: string, params: unknown, person: string, text: string): object {
  if (method === 'initialize')
    return {
      protocolVersion: Object(params).protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'tasks', version: '1' },
    }
  if (method === 'tools/list')
    return { tools: [{ name: `whoami_${person}`, inputSchema: { type: 'object' } }] }
  return { content: [{ type: 'text', text }] }
}

function metadataOf(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    token_endpoint: `${issuer}/token`,
    authorization_endpoint: `${issuer}/authorize`,
    response_types_supported: ['code'],
    grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

async function listen(
  answer: (...args: Parameters<RequestListener>) => unknown,
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    try {
      await answer(request, response)
    } catch {
      response.writeHead(401).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
