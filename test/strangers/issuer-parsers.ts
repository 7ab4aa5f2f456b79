// The parsers that read what an authorization server answers. It has no tests.

import { lookAtToken } from '../../src/cli/doctor/look-at-token.ts'
import { judgeAnswer } from '../../src/core/carry/judge-answer.ts'
import { Credential } from '../../src/core/credential.ts'
import { discoverAuthorizationServer } from '../../src/core/http/authorization-server.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { judgeTarget } from '../../src/core/source/issued-target.ts'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { backChannelLogout, jwtVerifier } from '../../src/jwt/index.ts'
import { judgeCallback } from '../../src/oauth/connection/judge-callback.ts'
import { judgeTokens } from '../../src/oauth/connection/judge-tokens.ts'
import { isReturnPath } from '../../src/oauth/connection/return-path.ts'
import {
  clientCredentials,
  clientSecretBasic,
  connections,
  discoverResource,
  identityAssertionExchanger,
  introspectionVerifier,
  parseChallenge,
  parseMetadataLink,
  tokenExchanger,
  userinfoVerifier,
  workloadIdentity,
} from '../../src/oauth/index.ts'
import { visit } from '../cli/doctor-world.ts'
import { alice, issuedToken } from '../core/parts.ts'
import { goodClaims, ISSUER, mint, RESOURCE, START, signingKey } from '../jwt/issuer.ts'
import {
  fromJson,
  headersWith,
  NEVER_COMES,
  outcomeOf,
  outcomeOfMaybe,
  type StrangerParser,
} from './parser.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
const CLIENT = {
  issuer: ISSUER,
  tokenEndpoint: `${ISSUER}/token`,
  clientId: 'app',
  client: clientSecretBasic(new Credential('secret-of-the-client')),
}
const TARGET = { resource: RESOURCE, scopes: ['tasks:read'] }
const now = () => START * 1000

const key = await signingKey('k1')
const token = await mint(key)
const issued = await mint(key, goodClaims({ jti: 'token-2' }))

/** Answers every request with this body. */
function answers(body: string, status = 200): typeof globalThis.fetch {
  return async () => new Response(body, { status })
}

async function logoutToken(): Promise<string> {
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const claims = { iss: ISSUER, aud: 'app', iat: START, jti: 'logout-1', sub: 'alice', events }
  return (await mint(key, claims, { typ: 'logout+jwt' })).reveal()
}

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  registration_endpoint: `${ISSUER}/register`,
  introspection_endpoint: `${ISSUER}/introspect`,
  jwks_uri: `${ISSUER}/jwks`,
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
}

const answerWith = (more: object) =>
  JSON.stringify({
    access_token: 'issued.access.token',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'tasks:read',
    ...more,
  })

const ERRORS = ['invalid_grant', 'invalid_scope', 'invalid_target', 'invalid_client'].map((error) =>
  JSON.stringify({ error, error_description: 'because' }),
)

/** A refusal is what an error answer is made for. */
const whenRefused = (result: Parameters<typeof outcomeOf>[0]) => ({
  ...outcomeOf(result),
  taken: !result.ok,
})

/** Answers the metadata by itself, and the endpoint with this body. */
function registers(body: string): typeof globalThis.fetch {
  return async (input) =>
    String(input).includes('/.well-known/')
      ? Response.json(METADATA)
      : new Response(body, { status: 201 })
}

export const ISSUER_PARSERS: readonly StrangerParser[] = [
  {
    name: 'metadata of an authorization server',
    stranger: 'an issuer',
    files: [
      'src/core/http/authorization-server.ts',
      'src/core/http/bounded-json.ts',
      'src/core/http/server-metadata.ts',
    ],
    good: () => [JSON.stringify(METADATA)],
    read: async (text) =>
      outcomeOf(
        await discoverAuthorizationServer({ issuer: ISSUER, fetch: answers(text) }).current(),
      ),
  },
  {
    name: 'logout token',
    stranger: 'an issuer',
    files: ['src/jwt/back-channel-logout.ts', 'src/jwt/logout-token.ts'],
    good: async () => [`logout_token=${await logoutToken()}`],
    async read(text) {
      let taken = false
      const handler = backChannelLogout({
        issuer: ISSUER,
        jwksUri: `${ISSUER}/jwks`,
        clientId: 'app',
        onLogout: () => {
          taken = true
        },
        fetch: answers(JSON.stringify({ keys: [key.publicJwk] })),
        now,
      })
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const url = 'https://app.example/logout'
      const response = await handler(new Request(url, { method: 'POST', headers, body: text }))
      return { taken, value: [response.status, await response.text()] }
    },
  },
  {
    name: 'issuer that is examined',
    stranger: 'an issuer',
    files: ['src/cli/doctor/judge.ts', 'src/cli/doctor/public-report.ts', 'src/cli/doctor/way.ts'],
    good: () => [JSON.stringify(METADATA)],
    async read(text) {
      const { report } = await visit({ answer: () => new Response(text) }, { issuer: ISSUER })
      return { taken: report.issuer.metadata !== null, value: report }
    },
    share: 0.3,
  },
  {
    name: 'token that is looked at',
    stranger: 'a caller',
    files: ['src/cli/doctor/look-at-token.ts'],
    good: () => [token.reveal()],
    read(text) {
      if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return NEVER_COMES
      const { facts } = lookAtToken(new Credential(text), START)
      return { taken: facts.form === 'JWT', value: facts }
    },
  },
  {
    name: 'key set',
    stranger: 'an issuer',
    files: ['src/jwt/key-set.ts'],
    good: () => [JSON.stringify({ keys: [key.publicJwk] })],
    async read(text) {
      const verifier = jwtVerifier({
        issuer: ISSUER,
        jwksUri: `${ISSUER}/jwks`,
        fetch: answers(text),
        now,
      })
      return outcomeOf(await verifier.verify(token, RESOURCE))
    },
  },
  {
    name: 'answer to a token exchange',
    stranger: 'an issuer',
    files: [
      'src/oauth/judge-token.ts',
      'src/oauth/judge-scopes.ts',
      'src/oauth/ask.ts',
      'src/oauth/exchange-form.ts',
    ],
    good: () => [
      answerWith({ issued_token_type: ACCESS_TOKEN }),
      answerWith({ issued_token_type: ACCESS_TOKEN, access_token: issued.reveal() }),
    ],
    read: async (text) =>
      outcomeOf(
        await tokenExchanger({ ...CLIENT, fetch: answers(text), now }).exchange(token, TARGET),
      ),
  },
  {
    name: 'claims of an issued token',
    stranger: 'an issuer',
    files: ['src/core/unverified-claims.ts', 'src/core/source/issued-target.ts'],
    good: () => [
      JSON.stringify({ aud: RESOURCE, jti: 'id-1' }),
      JSON.stringify({ aud: ['account', RESOURCE], exp: START + 300 }),
    ],
    read(text) {
      const issuedFor = issuedToken(`e30.${Buffer.from(text, 'latin1').toString('base64url')}.c2ln`)
      const binding = parseBinding('tasks', { url: RESOURCE })
      const { result, audience } = judgeTarget(issuedFor, binding, [{ audience: ['the-app'] }])
      // Text that is no JSON is a token that only its issuer can read.
      return { ...outcomeOf(result), taken: result.ok && audience !== undefined, said: audience }
    },
    quotes: true,
  },
  {
    name: 'answer that refuses a token exchange',
    stranger: 'an issuer',
    files: ['src/oauth/judge-error.ts', 'src/oauth/sent-words.ts'],
    good: () => ERRORS,
    read: async (text) =>
      whenRefused(
        await tokenExchanger({ ...CLIENT, fetch: answers(text, 400), now }).exchange(token, TARGET),
      ),
  },
  {
    name: 'answer with a token of the app itself',
    stranger: 'an issuer',
    files: ['src/oauth/client-credentials.ts'],
    good: () => [answerWith({})],
    read: async (text) =>
      outcomeOf(await clientCredentials({ ...CLIENT, fetch: answers(text), now }).issue(TARGET)),
  },
  {
    name: 'answer with a token for a workload',
    stranger: 'an issuer',
    files: ['src/oauth/workload-identity.ts'],
    good: () => [answerWith({})],
    async read(text) {
      const assertion = () => new Credential('assertion-of-the-workload')
      const issuer = workloadIdentity({ ...CLIENT, assertion, fetch: answers(text), now })
      return outcomeOf(await issuer.issue(TARGET))
    },
  },
  {
    name: 'answer with an identity assertion',
    stranger: 'an issuer',
    files: ['src/oauth/identity-assertion.ts'],
    good: () => [answerWith({ token_type: 'N_A', issued_token_type: ID_JAG })],
    async read(text) {
      const fetch: typeof globalThis.fetch = async (input) =>
        String(input).startsWith(ISSUER)
          ? new Response(text)
          : new Response(answerWith({ access_token: 'second.access.token' }))
      const other = 'https://other.example'
      const exchanger = identityAssertionExchanger({
        identityProvider: CLIENT,
        authorizationServer: { ...CLIENT, issuer: other, tokenEndpoint: `${other}/token` },
        subjectTokenType: 'access-token',
        fetch,
        now,
      })
      return outcomeOf(await exchanger.exchange(token, TARGET))
    },
  },
  {
    name: 'answer with the tokens of an account',
    stranger: 'an issuer',
    files: ['src/oauth/connection/judge-tokens.ts'],
    good: () => [
      answerWith({ refresh_token: 'refresh me' }),
      answerWith({ expires_in: undefined }),
    ],
    read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      const asked = { scopes: ['tasks:read'], now: START }
      return outcomeOf(judgeTokens({ status: 200, json: parsed.value }, asked))
    },
  },
  {
    name: 'answer to a registration',
    stranger: 'an issuer',
    files: ['src/oauth/connection/client.ts', 'src/oauth/connection/flow.ts'],
    good: () => [
      JSON.stringify({ client_id: 'app-1' }),
      JSON.stringify({ client_id: 'app-1', client_secret: 's', client_secret_expires_at: 0 }),
    ],
    async read(text) {
      const made = connections({
        store: memorySecretStore(),
        servers: {
          tasks: { resource: RESOURCE, issuer: ISSUER, scopes: [], client: { type: 'dynamic' } },
        },
        redirectUri: 'https://app.example/connected',
        fetch: registers(text),
        audit: { record: () => {} },
        now,
      })
      const request = new Request('https://app.example/connect')
      const sent = await made.start(request, alice, 'tasks', '/chat')
      const location = sent.headers.get('location') ?? ''
      const isSent = location.startsWith(ISSUER)
      return isSent ? { taken: true } : { taken: false, said: [location, await sent.text()] }
    },
  },
  {
    name: 'answer of an introspection',
    stranger: 'an issuer',
    files: ['src/oauth/introspection.ts'],
    good: () => [
      JSON.stringify({ active: true, ...goodClaims() }),
      JSON.stringify({ active: true, token_type: 'Bearer', ...goodClaims({ iss: undefined }) }),
    ],
    async read(text) {
      const { tokenEndpoint: _, ...client } = CLIENT
      const verifier = introspectionVerifier({
        ...client,
        introspectionEndpoint: `${ISSUER}/introspect`,
        fetch: answers(text),
        now,
      })
      return outcomeOf(await verifier.verify(token, RESOURCE))
    },
  },
  {
    name: 'answer of a userinfo endpoint',
    stranger: 'an issuer',
    files: ['src/oauth/userinfo.ts'],
    good: () => [
      JSON.stringify({ sub: 'alice', email: 'alice@example.com' }),
      JSON.stringify({ sub: 7, aud: RESOURCE, exp: `${START + 300}`, scope: 'openid' }),
    ],
    async read(text) {
      const verifier = userinfoVerifier({
        issuer: ISSUER,
        userinfoEndpoint: `${ISSUER}/userinfo`,
        assumeAudience: true,
        fetch: answers(text),
        now,
      })
      return outcomeOf(await verifier.verify(token, RESOURCE))
    },
  },
  {
    name: 'authorization response',
    stranger: 'an issuer',
    files: ['src/oauth/connection/judge-callback.ts'],
    good: () => [`code=abc&iss=${encodeURIComponent(ISSUER)}&state=s`],
    read: (text) =>
      outcomeOf(judgeCallback(new URLSearchParams(text), { issuer: ISSUER, namesIssuer: true })),
  },
  {
    name: 'return from an authorization server',
    stranger: 'a page',
    files: [
      'src/oauth/connection/finish-flow.ts',
      'src/oauth/connection/flow-record.ts',
      'src/oauth/connection/cookie.ts',
    ],
    good: () => ['/connected/tasks?code=abc&state=(state)\n(cookie)'],
    async read(text) {
      const made = connections({
        store: memorySecretStore(),
        servers: {
          tasks: {
            resource: RESOURCE,
            issuer: ISSUER,
            scopes: [],
            client: { type: 'registered', id: 'app' },
          },
        },
        redirectUri: 'https://app.example/connected',
        fetch: async (input) =>
          String(input).includes('/.well-known/')
            ? Response.json({ ...METADATA, authorization_response_iss_parameter_supported: false })
            : new Response(answerWith({ scope: undefined })),
        audit: { record: () => {} },
        now,
      })
      const begun = await made.start(
        new Request('https://app.example/connect'),
        alice,
        'tasks',
        '/chat',
      )
      const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? ''
      const [own = ''] = (begun.headers.getSetCookie()[0] ?? '').split(';')
      const [path = '', ...rest] = text.split('\n')
      const url = `https://app.example${path.replace('(state)', state)}`
      const headers = headersWith('cookie', rest.join('\n').replace('(cookie)', own))
      // A request's target begins with a slash; `https://app.example@` would be another host.
      if (!headers || !path.startsWith('/') || !URL.canParse(url)) return NEVER_COMES
      const back = await made.callback(new Request(url, { headers }), alice)
      const location = back.headers.get('location')
      return location === 'https://app.example/chat'
        ? { taken: true }
        : { taken: false, said: [location, await back.text()] }
    },
    share: 0.5,
  },
  {
    name: 'path to return to',
    stranger: 'a page',
    files: ['src/oauth/connection/return-path.ts'],
    good: () => ['/', '/chat?thread=1#x', '/a/b/c'],
    read: (text) => ({ taken: isReturnPath(text) }),
  },
  {
    name: 'metadata of a resource',
    stranger: 'an MCP server',
    files: ['src/oauth/connection/discover-resource.ts'],
    good: () => [
      JSON.stringify({
        resource: RESOURCE,
        authorization_servers: [ISSUER],
        scopes_supported: ['tasks:read'],
      }),
    ],
    read: async (text) => outcomeOf(await discoverResource(RESOURCE, { fetch: answers(text) })),
  },
  {
    name: 'challenge',
    stranger: 'an MCP server',
    files: ['src/core/door/challenge.ts', 'src/core/carry/judge-answer.ts', 'src/core/scope.ts'],
    good: () => [
      'Bearer error="insufficient_scope", scope="a b", resource_metadata="https://a.example/x"',
      'Basic realm="x", Bearer error=insufficient_scope,scope=a,resource_metadata="https://a"',
    ],
    read(text) {
      const headers = headersWith('www-authenticate', text)
      if (!headers) return NEVER_COMES
      const response = new Response(null, { status: 403, headers })
      const problem = judgeAnswer(response, issuedToken('a.token'))
      const read = [parseChallenge(text), parseMetadataLink(text), problem?.challenge.error]
      return { taken: problem?.reason === 'scope_missing' && read[1] !== undefined, value: read }
    },
  },
  {
    name: 'link that a challenge names',
    stranger: 'an MCP server',
    files: ['src/oauth/connection/discover-resource.ts'],
    good: () => [`Bearer resource_metadata="${new URL(RESOURCE).origin}/about"`],
    async read(text) {
      const headers = headersWith('www-authenticate', text)
      if (!headers) return NEVER_COMES
      const asked: string[] = []
      await discoverResource(RESOURCE, {
        async fetch(input) {
          asked.push(String(input))
          return asked.length === 1
            ? new Response(null, { status: 401, headers })
            : new Response(null, { status: 404 })
        },
      })
      const { origin } = new URL(RESOURCE)
      if (!asked.every((url) => new URL(url).origin === origin))
        throw new Error('it went elsewhere')
      return outcomeOfMaybe(asked.find((url) => url.endsWith('/about')))
    },
  },
]
