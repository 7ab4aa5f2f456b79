// The parsers that read what a caller sends to a door. It has no tests.

import { hash } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { SignJWT } from 'jose'
import { type AuditEvent, createAuditor } from '../../src/core/audit.ts'
import { Credential } from '../../src/core/credential.ts'
import { createDoor } from '../../src/core/door/door.ts'
import { granted } from '../../src/core/errors.ts'
import { traceOf } from '../../src/core/trace.ts'
import { readIssuer } from '../../src/core/verify/read-issuer.ts'
import type { TokenVerifier } from '../../src/core/verify/verify.ts'
import { dpopProofs, jwtVerifier } from '../../src/jwt/index.ts'
import { protectMcpServer } from '../../src/mcp-server/index.ts'
import { requestOf } from '../../src/mount/node-request.ts'
import { callPolicy } from '../../src/policy/index.ts'
import { alice, CHAT, MCP, verifiedToken } from '../core/parts.ts'
import { fakeIssuer, goodClaims, ISSUER, mint, RESOURCE, START, signingKey } from '../jwt/issuer.ts'
import {
  fromJson,
  headersWith,
  NEVER_COMES,
  type Outcome,
  outcomeOf,
  outcomeOfAnswer,
  outcomeOfMaybe,
  type StrangerParser,
} from './parser.ts'

const META_KEY = 'com.example/access-token'
const TOKEN = 'a.good.token'
const PROVED = { method: 'POST', url: RESOURCE, credential: new Credential(TOKEN) }

const key = await signingKey('k1')
const issuer = fakeIssuer([key])

/** Accepts every token, so that what is refused was refused by a parser. */
const everyToken: TokenVerifier = { verify: async () => granted(verifiedToken()) }

/** A door, and what it writes into the audit. */
async function atDoor(request: Request): Promise<Outcome> {
  const events: AuditEvent[] = []
  const door = createDoor({
    resource: CHAT,
    verifier: everyToken,
    auditor: createAuditor({ record: (event) => void events.push(event) }),
    subjectHeader: 'x-user-id',
    proofs: {
      algorithms: ['ES256'],
      verify: async () => granted({ keyThumbprint: 'k', use: () => true }),
    },
  })
  const admission = await door.admit(request)
  if (admission.ok) return { taken: true, value: admission.value.principal }
  const { said } = await outcomeOfAnswer(admission.response)
  return { taken: false, said: [said, admission.refusal, events] }
}

/** A server that takes credentials in each place, and answers that it was reached. */
function mcpServer(): (request: Request) => Promise<Response> {
  return protectMcpServer(
    {
      resource: MCP,
      authorizationServers: [ISSUER],
      verifier: everyToken,
      audit: { record: () => {} },
      toolScopes: { add_task: [] },
      accept: { meta: META_KEY, session: true },
      policy: callPolicy({ rules: [{ tools: '*', arguments: { title: { maxLength: 1000 } } }] }),
    },
    async (request) => new Response(await request.text()),
  )
}

const call = (meta?: object) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'add_task', arguments: { title: 'x' }, ...(meta ? { _meta: meta } : {}) },
  })

const proofKey = await signingKey('proof')

async function makeProof(): Promise<string> {
  const { kid: _, alg: __, use: ___, ...jwk } = proofKey.publicJwk
  return new SignJWT({
    jti: 'proof-1',
    htm: PROVED.method,
    htu: PROVED.url,
    iat: START,
    ath: hash('sha256', TOKEN, 'base64url'),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .sign(proofKey.privateKey)
}

const GOOD_HEADERS: Readonly<Record<string, string>> = {
  'mcp-session-id': 'session-1',
  'mcp-method': 'tools/call',
  'mcp-name': '=?base64?YWRkX3Rhc2s=?=',
  origin: 'https://tasks.example',
  host: 'tasks.example',
}

export const DOOR_PARSERS: readonly StrangerParser[] = [
  {
    name: 'a request of node:http',
    stranger: 'a caller',
    files: ['src/mount/node-request.ts'],
    good: () => [
      JSON.stringify(['POST', '/chat?a=1', 'app.example', 'application/json', { a: 1 }]),
      JSON.stringify([
        'POST',
        '//x/',
        'app.example',
        'application/x-www-form-urlencoded',
        { a: 'b' },
      ]),
      JSON.stringify(['GET', '/', 'localhost:3000', '', null]),
    ],
    async read(input) {
      const parts = fromJson(input)
      if (!parts || !Array.isArray(parts.value)) return NEVER_COMES
      const [method, url, host, type, body] = parts.value
      if (![method, url, host, type].every((part) => typeof part === 'string')) return NEVER_COMES
      const incoming = Object.assign(new IncomingMessage(new Socket()), { method, url, body })
      incoming.rawHeaders.push('host', host, 'content-type', type)
      Object.assign(incoming.headers, { host, 'content-type': type })
      // As after a parser: what it made is all that is left.
      Object.defineProperty(incoming, 'readableDidRead', { value: true })
      const heard = requestOf(incoming, undefined)
      return heard
        ? { taken: true, value: heard.request.bodyUsed ? 'lost' : await heard.request.text() }
        : NEVER_COMES
    },
  },
  {
    name: 'authorization header',
    stranger: 'a caller',
    files: ['src/core/door/read-credential.ts', 'src/core/door/door.ts'],
    good: () => [`Bearer ${TOKEN}`, 'bearer abc123~+/=='],
    read(text) {
      const headers = headersWith('authorization', text)
      return headers ? atDoor(new Request(CHAT, { headers })) : NEVER_COMES
    },
  },
  {
    name: 'query of a URL',
    stranger: 'a caller',
    files: ['src/core/door/read-credential.ts'],
    good: () => ['?a=b', '?%61=1&x', '#x'],
    read(text) {
      const url = `${CHAT}${text}`
      if (!URL.canParse(url)) return NEVER_COMES
      return atDoor(new Request(url, { headers: { authorization: `Bearer ${TOKEN}` } }))
    },
  },
  {
    name: 'subject header',
    stranger: 'a caller',
    files: ['src/core/door/door.ts'],
    good: () => [alice.subject],
    read(text) {
      const headers = headersWith('x-user-id', text)
      headers?.set('authorization', `Bearer ${TOKEN}`)
      return headers ? atDoor(new Request(CHAT, { headers })) : NEVER_COMES
    },
  },
  {
    name: 'traceparent header',
    stranger: 'a caller',
    files: ['src/core/trace.ts'],
    good: () => ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    read(text) {
      const headers = headersWith('traceparent', text)
      if (!headers) return NEVER_COMES
      const trace = traceOf(headers)
      if (!/^[0-9a-f]{32}$/.test(trace)) throw new Error('no trace id')
      return { taken: text.includes(trace) }
    },
  },
  {
    name: 'DPoP proof',
    stranger: 'a caller',
    files: ['src/jwt/dpop-proofs.ts'],
    good: async () => [await makeProof()],
    read: async (text) =>
      outcomeOf(await dpopProofs({ now: () => START * 1000 }).verify(text, PROVED)),
  },
  {
    name: 'access token',
    stranger: 'a caller',
    files: ['src/jwt/jose-header.ts', 'src/jwt/signature.ts', 'src/jwt/verifier.ts'],
    good: async () => [(await mint(key)).reveal()],
    async read(text) {
      // The door lets nothing else through.
      if (!/^[\x21-\x7e]+$/.test(text)) return NEVER_COMES
      const verifier = jwtVerifier({ issuer: ISSUER, fetch: issuer.fetch, now: () => START * 1000 })
      return outcomeOf(await verifier.verify(new Credential(text), RESOURCE))
    },
  },
  {
    name: 'issuer that a token names',
    stranger: 'a caller',
    files: ['src/core/verify/read-issuer.ts'],
    good: async () => [(await mint(key)).reveal()],
    read: (text) =>
      /^[\x21-\x7e]+$/.test(text) ? outcomeOfMaybe(readIssuer(new Credential(text))) : NEVER_COMES,
  },
  {
    name: 'claims of an access token',
    stranger: 'an issuer',
    files: ['src/jwt/verifier.ts', 'src/core/verify/token-kind.ts', 'src/core/verify/verify.ts'],
    good: async () => [
      JSON.stringify(goodClaims()),
      JSON.stringify(goodClaims({ act: { sub: 'chat', act: { sub: 'app' } }, nbf: START })),
    ],
    async read(text) {
      const parsed = fromJson(text)
      if (typeof parsed?.value !== 'object' || parsed.value === null) return NEVER_COMES
      const head = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'k1', typ: 'JWT' }))
      const signed = `${head.toString('base64url')}.${Buffer.from(text).toString('base64url')}`
      const signature = await crypto.subtle.sign(
        { name: 'ECDSA', hash: 'SHA-256' },
        key.privateKey,
        Buffer.from(signed),
      )
      const token = `${signed}.${Buffer.from(signature).toString('base64url')}`
      const verifier = jwtVerifier({
        issuer: ISSUER,
        fetch: issuer.fetch,
        now: () => START * 1000,
        tenantClaim: 'client_id',
        insecurelyAcceptUntypedTokens: true,
      })
      return outcomeOf(await verifier.verify(new Credential(token), RESOURCE))
    },
  },
  {
    name: 'body of an MCP request',
    stranger: 'a caller',
    files: [
      'src/core/http/bounded-body.ts',
      'src/mcp-server/body.ts',
      'src/mcp-server/operations.ts',
      'src/mcp-server/entrance.ts',
      'src/mcp-server/permitted.ts',
    ],
    good: () => [call(), `[${call()},${call()}]`, '{"jsonrpc":"2.0","method":"ping"}'],
    async read(text) {
      const request = new Request(MCP, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}` },
        body: text,
      })
      return outcomeOfAnswer(await mcpServer()(request))
    },
  },
  {
    name: 'token in the _meta of an MCP request',
    stranger: 'a caller',
    files: ['src/mcp-server/meta-credential.ts', 'src/mcp-server/entrance.ts'],
    good: () => [call({ [META_KEY]: TOKEN }), call({ [META_KEY]: TOKEN, progressToken: 1 })],
    read: async (text) =>
      outcomeOfAnswer(await mcpServer()(new Request(MCP, { method: 'POST', body: text }))),
  },
  {
    name: 'session handle of an MCP request',
    stranger: 'a caller',
    files: ['src/mcp-server/session-handles.ts', 'src/mcp-server/session-owners.ts'],
    good: () => ['(the handle that was given)'],
    async read(text) {
      const serve = mcpServer()
      const opened = await serve(
        new Request(MCP, {
          method: 'POST',
          headers: { authorization: `Bearer ${TOKEN}` },
          body: call(),
        }),
      )
      const handle = opened.headers.get('onbehalf-session') ?? ''
      const given = text.replace('(the handle that was given)', handle)
      const headers = headersWith('onbehalf-session', given)
      if (!headers) return NEVER_COMES
      return outcomeOfAnswer(
        await serve(new Request(MCP, { method: 'POST', headers, body: call() })),
      )
    },
  },
  ...['mcp-session-id', 'mcp-method', 'mcp-name', 'origin', 'host'].map(
    (name): StrangerParser => ({
      name: `${name} header of an MCP request`,
      stranger: 'a caller',
      files: [
        name === 'origin' || name === 'host'
          ? 'src/mcp-server/gate.ts'
          : name === 'mcp-session-id'
            ? 'src/mcp-server/session-owners.ts'
            : 'src/mcp-server/operations.ts',
        ...(name === 'mcp-name' ? ['src/mcp/repeated-headers.ts'] : []),
      ],
      good: () => [GOOD_HEADERS[name] ?? ''],
      async read(text) {
        const headers = headersWith(name, text)
        if (!headers) return NEVER_COMES
        headers.set('authorization', `Bearer ${TOKEN}`)
        const serve = mcpServer()
        const response = await serve(new Request(MCP, { method: 'POST', headers, body: call() }))
        // No session is open, so a session's id is understood when it is not found.
        if (name === 'mcp-session-id' && response.status === 404) return { taken: true }
        return outcomeOfAnswer(response)
      },
    }),
  ),
]
