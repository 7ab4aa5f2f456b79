// The parsers of the gateway as an authorization server: what MCP clients, browsers and an issuer send to
// it. It has no tests.

import { Credential } from '../../src/core/credential.ts'
import { digestOf } from '../../src/gateway/clients/client.ts'
import { judgeDocument } from '../../src/gateway/clients/client-document.ts'
import { knownClients } from '../../src/gateway/clients/known-clients.ts'
import {
  parseAsked,
  parseCode,
  parseFlow,
  parseRefresh,
} from '../../src/gateway/clients/parse-sealed.ts'
import { redirectRule } from '../../src/gateway/clients/redirect-uris.ts'
import { sealsUnder } from '../../src/gateway/clients/sealed.ts'
import { createGateway } from '../../src/gateway/index.ts'
import { accessKeyIn } from '../../src/gateway/keys/access-keys.ts'
import { parseNewKey } from '../../src/gateway/keys/own-keys.ts'
import { oidc } from '../../src/issuers/index.ts'
import { ISSUER, MCP } from '../core/parts.ts'
import {
  fromJson,
  headersWith,
  NEVER_COMES,
  outcomeOfAnswer,
  outcomeOfMaybe,
  type StrangerParser,
} from './parser.ts'

const GATEWAY = 'https://gateway.example'
const LOOPBACK = 'http://127.0.0.1:33418/callback'
const DOCUMENT_URL = 'https://client.example/client.json'
const DOCUMENT = JSON.stringify({
  client_id: DOCUMENT_URL,
  client_name: 'Client',
  redirect_uris: [LOOPBACK],
})

const SECRET = '0123456789abcdef0123456789abcdef'
const SEALS = sealsUnder(Buffer.from(SECRET))
const ENDPOINTS = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  code_challenge_methods_supported: ['S256'],
}

/** A gateway of its own for each request: what counts once would be taken once only. */
function send(path: string, init?: RequestInit): Promise<Response> {
  const gateway = createGateway({
    url: GATEWAY,
    issuer: oidc({ issuer: ISSUER, audience: 'any' }),
    servers: { Tasks: { url: MCP, source: { type: 'own', audience: 'any' } } },
    clients: { clientId: 'app', fetchDocument: async () => new Response(DOCUMENT) },
    sessionSecret: new Credential(SECRET),
    audit: { record() {} },
    fetch: async (url) =>
      Response.json(
        String(url).endsWith('/token')
          ? { access_token: 'a.good.token', token_type: 'bearer' }
          : ENDPOINTS,
      ),
    warn() {},
  })
  return gateway.fetch(new Request(`${GATEWAY}${path}`, init))
}

const BROWSER = 'B'.repeat(43)
const COOKIE = { cookie: `__Host-onbehalf-clients=${BROWSER}` }
const HEADERS = {
  ...COOKIE,
  'content-type': 'application/x-www-form-urlencoded',
  origin: GATEWAY,
}
const VERIFIER = 'V'.repeat(43)

const CLIENTS = knownClients({
  seals: SEALS,
  mayRedirect: redirectRule([]),
  fetchDocument: undefined,
  now: Date.now,
})
const SEALED = {
  client: digestOf(DOCUMENT_URL),
  redirectUri: LOOPBACK,
  state: 's',
  challenge: digestOf(VERIFIER),
  scopes: ['a'],
  endsAt: 4_000_000_000,
  browser: digestOf(BROWSER),
  id: 'i',
  verifier: 'v',
  sentScopes: ['a'],
  code: 'c',
  token: 't',
}
const CLIENT = `client_id=${encodeURIComponent(DOCUMENT_URL)}`
const ASKED = `response_type=code&${CLIENT}&redirect_uri=${encodeURIComponent(LOOPBACK)}&code_challenge=${'A'.repeat(43)}&code_challenge_method=S256`

export const CLIENT_PARSERS: readonly StrangerParser[] = [
  {
    name: 'registration of a client at the gateway',
    stranger: 'a caller',
    files: ['src/gateway/clients/register.ts'],
    share: 1 / 4,
    good: () => [JSON.stringify({ client_name: 'Editor', redirect_uris: [LOOPBACK] })],
    read: async (body) => outcomeOfAnswer(await send('/oauth/register', { method: 'POST', body })),
  },
  {
    name: 'authorization request of a client at the gateway',
    stranger: 'a caller',
    files: ['src/gateway/clients/authorize.ts', 'src/gateway/clients/facade.ts'],
    share: 1 / 4,
    good: () => [ASKED],
    read: async (query) => outcomeOfAnswer(await send(`/oauth/authorize?${query}`)),
  },
  {
    name: 'form of a person at the gateway',
    stranger: 'a page',
    files: ['src/gateway/clients/consent.ts', 'src/core/http/form-of-own-page.ts'],
    share: 1 / 4,
    good: () => [`decision=allow&request=${SEALS.seal('asked', SEALED)}`],
    read: async (body) =>
      outcomeOfAnswer(await send('/oauth/authorize', { method: 'POST', headers: HEADERS, body })),
  },
  {
    name: 'answer of an issuer by a browser at the gateway',
    stranger: 'an issuer',
    files: ['src/gateway/clients/callback.ts'],
    share: 1 / 4,
    good: () => [`code=a-code&state=${SEALS.seal('flow', SEALED)}`],
    read: async (query) =>
      outcomeOfAnswer(await send(`/oauth/callback?${query}`, { headers: COOKIE })),
  },
  {
    name: 'token request of a client at the gateway',
    stranger: 'a caller',
    files: ['src/gateway/clients/token.ts'],
    share: 1 / 4,
    good: () => [
      `${CLIENT}&grant_type=refresh_token&refresh_token=${SEALS.seal('refresh', SEALED)}`,
      `${CLIENT}&grant_type=authorization_code&code_verifier=${VERIFIER}&redirect_uri=${encodeURIComponent(LOOPBACK)}&code=${SEALS.seal('code', SEALED)}`,
    ],
    read: async (body) =>
      outcomeOfAnswer(await send('/oauth/token', { method: 'POST', headers: HEADERS, body })),
  },
  {
    name: 'metadata document of a client',
    stranger: 'a caller',
    files: ['src/gateway/clients/client-document.ts'],
    good: () => [DOCUMENT],
    read(text) {
      const json = fromJson(text)
      return json ? outcomeOfMaybe(judgeDocument(DOCUMENT_URL, json.value)) : NEVER_COMES
    },
  },
  {
    name: 'id of a client of the gateway',
    stranger: 'a caller',
    files: ['src/gateway/clients/sealed.ts'],
    good: () => [CLIENTS.register({ name: 'Editor', redirectUris: [LOOPBACK] })],
    read: async (id) => outcomeOfMaybe(await CLIENTS.find(id)),
  },
  {
    name: 'what the gateway sealed for a client',
    stranger: 'a caller',
    files: ['src/gateway/clients/parse-sealed.ts'],
    good: () => [JSON.stringify(SEALED)],
    read(text) {
      const json = fromJson(text)?.value
      if (typeof json !== 'object' || json === null) return NEVER_COMES
      const sealed = json as Readonly<Record<string, unknown>>
      const read = [parseAsked, parseFlow, parseCode, parseRefresh].map((parse) => parse(sealed))
      return outcomeOfMaybe(read.every((one) => one !== undefined) ? read : undefined)
    },
  },
  {
    name: 'access key of a request to the gateway',
    stranger: 'a caller',
    files: ['src/gateway/keys/access-keys.ts'],
    good: () => [`Bearer obk_${'A'.repeat(43)}`],
    read(text) {
      const headers = headersWith('authorization', text)
      return headers ? outcomeOfMaybe(accessKeyIn(new Request(GATEWAY, { headers }))) : NEVER_COMES
    },
  },
  {
    name: 'new access key of a person',
    stranger: 'a caller',
    files: ['src/gateway/keys/own-keys.ts'],
    good: () => [JSON.stringify({ name: 'laptop', servers: ['Tasks'], scopes: ['read'], days: 7 })],
    read(text) {
      const json = fromJson(text)?.value
      if (typeof json !== 'object' || json === null) return NEVER_COMES
      const wanted = parseNewKey({ ...json }, { servers: ['Tasks'], now: Date.now })
      return typeof wanted === 'string'
        ? { taken: false, said: wanted }
        : { taken: true, value: { ...wanted, until: undefined } }
    },
  },
]
