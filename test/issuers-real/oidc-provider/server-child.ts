// The program: oidc-provider with its own sign-in pages, a store in a file, and the token exchange
// grant of TaskFlow's issuer. Its first argument is the port, its second the folder of its data.
// A POST to /rotate-keys makes it sign with a new key.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { errors, Provider } from 'oidc-provider'
import { registerExchange } from '../../../examples/taskflow/issuer/exchange-grant.ts'
import type { ActClaim } from '../../../examples/taskflow/issuer/exchange-policy.ts'
import { openStorage } from '../../../examples/taskflow/issuer/sqlite-adapter.ts'
import { subjectVerifier } from '../../../examples/taskflow/issuer/subject-token.ts'
import type { PrivateKey } from '../../../examples/taskflow/keys.ts'
import { APP, CONNECT_REDIRECT, NOTES, PAGE_REDIRECT, TASKS } from '../kind.ts'
import { APP_CLIENT, OPAQUE, SCOPES } from './names.ts'

const [, , port = '', data = ''] = process.argv
const issuer = `http://127.0.0.1:${port}`
const keysFile = join(data, 'keys.json')
const storage = openStorage({ path: join(data, 'issuer.db') })
let keys: readonly PrivateKey[] = existsSync(keysFile)
  ? JSON.parse(readFileSync(keysFile, 'utf8'))
  : []
if (keys.length === 0) await rotate()
let answer = provider().callback()

async function rotate(): Promise<void> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const key = {
    ...(await exportJWK(privateKey)),
    kid: crypto.randomUUID(),
    alg: 'ES256',
    use: 'sig',
  }
  keys = [key as PrivateKey, ...keys]
  writeFileSync(keysFile, JSON.stringify(keys))
}

function resourceServer(resource: string) {
  if (![APP, TASKS, NOTES, OPAQUE].includes(resource)) throw new errors.InvalidTarget()
  return {
    scope: SCOPES,
    audience: resource,
    accessTokenTTL: 300,
    accessTokenFormat: resource === OPAQUE ? 'opaque' : 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }
}

function clients() {
  const page = {
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: `openid offline_access ${SCOPES}`,
  }
  return [
    { ...page, client_id: 'page', redirect_uris: [PAGE_REDIRECT] },
    { ...page, client_id: 'connecting', redirect_uris: [`${CONNECT_REDIRECT}/Tasks`] },
    {
      client_id: APP_CLIENT.id,
      client_secret: APP_CLIENT.secret,
      grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'],
      redirect_uris: [],
      response_types: [],
      scope: SCOPES,
    },
  ]
}

function provider(): Provider {
  const actors = new WeakMap<object, ActClaim>()
  const made = new Provider(issuer, {
    adapter: storage.adapter,
    clients: clients(),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys },
    cookies: { keys: ['a-key-of-the-cookies'] },
    scopes: ['openid', 'offline_access', ...SCOPES.split(' ')],
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    pkce: { required: () => true },
    features: {
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => APP,
        useGrantedResource: () => true,
        getResourceServerInfo: (_: unknown, resource: string) => resourceServer(resource),
      },
    },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    extraTokenClaims: (_: unknown, token: { readonly grantId?: string }) => {
      const act = actors.get(token)
      return { gid: token.grantId, ...(act ? { act } : {}) }
    },
    ttl: { AccessToken: 300, Grant: 3600, Session: 3600, Interaction: 600, IdToken: 300 },
  })
  const verifiers = keys.map((key) => subjectVerifier(issuer, key))
  registerExchange(made, {
    rules: [
      { client: APP_CLIENT.id, subjectAudience: APP, target: TASKS, scopes: ['tasks:read'] },
      { client: APP_CLIENT.id, subjectAudience: APP, target: NOTES, scopes: ['notes:read'] },
    ],
    verifySubject: async (token) =>
      (await Promise.all(verifiers.map((verify) => verify(token)))).find((found) => found),
    remember: (token, act) => void actors.set(token, act),
  })
  return made
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/rotate-keys') return answer(request, response)
  await rotate()
  answer = provider().callback()
  response.writeHead(204).end()
}

// On a busy machine the default of 5 seconds ends a connection while a request is on its way.
createServer({ keepAliveTimeout: 300_000 }, (request, response) => {
  void serve(request, response)
}).listen(Number(port), '127.0.0.1')
