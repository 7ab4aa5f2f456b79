// Two real authorization servers (oidc-provider) on ports of their own: an identity provider that
// issues identity assertions, and the server of a resource that takes them; both with DPoP and with
// a nonce that they insist on. No test lives here.

import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose'
import {
  type Adapter,
  type AdapterPayload,
  errors,
  type OidcRequestContext,
  Provider,
} from 'oidc-provider'

export const RESOURCE = 'https://tasks.example/mcp'
export const AGENT = { id: 'agent', secret: 'the-secret-of-the-agent' } as const

const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
const scope = 'tasks:read tasks:write'

export interface RunningProvider {
  readonly issuer: string
  /** What the token endpoint was asked for, and what it answered. */
  readonly log: { readonly grant: unknown; readonly status: number }[]
  stop(): Promise<void>
}

export interface Providers {
  readonly identity: RunningProvider & { idTokenOf(subject: string): Promise<string> }
  readonly resource: RunningProvider
}

async function signingKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const marks = { kid: 'key-1', alg: 'ES256', use: 'sig' }
  return {
    privateKey,
    jwk: { ...(await exportJWK(privateKey)), ...marks },
    keySet: createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), ...marks }] }),
  }
}

type Key = Awaited<ReturnType<typeof signingKey>>

const resourceServer = {
  scope,
  audience: RESOURCE,
  accessTokenTTL: 300,
  accessTokenFormat: 'jwt',
  jwt: { sign: { alg: 'ES256' } },
} as const

async function start(
  key: Key,
  grantTypes: readonly string[],
  extend: (provider: Provider, issuer: string) => void,
): Promise<RunningProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    adapter: memoryAdapter(),
    clients: [
      {
        client_id: AGENT.id,
        client_secret: AGENT.secret,
        grant_types: grantTypes,
        redirect_uris: [],
        response_types: [],
        scope,
      },
    ],
    clientDefaults: {
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'client_secret_basic',
    },
    jwks: { keys: [key.jwk] },
    cookies: { keys: ['not-used'] },
    scopes: scope.split(' '),
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, resource: string) => {
          if (resource !== RESOURCE) throw new errors.InvalidTarget()
          return resourceServer
        },
      },
    },
    ttl: { ClientCredentials: 300, AccessToken: 300, Grant: 300 },
  })
  const log: { grant: unknown; status: number }[] = []
  provider.use(async (context, next) => {
    await next()
    if (context.path === '/token')
      log.push({ grant: context.oidc?.params.grant_type, status: context.status })
  })
  extend(provider, issuer)
  server.on('request', provider.callback())
  return {
    issuer,
    log,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Storage for one provider; its own one in memory prints a warning. */
function memoryAdapter() {
  const kept = new Map<string, AdapterPayload>()
  return (model: string): Adapter => ({
    upsert: async (id, payload) => void kept.set(`${model} ${id}`, payload),
    find: async (id) => kept.get(`${model} ${id}`),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => {},
    destroy: async (id) => void kept.delete(`${model} ${id}`),
    revokeByGrantId: async () => {},
  })
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Verifies as a server does; what does not hold is an `invalid_grant`. */
async function verified(
  token: unknown,
  key: Key,
  options: { readonly issuer: string; readonly audience: string; readonly typ: string },
) {
  try {
    return (await jwtVerify(text(token), key.keySet, options)).payload
  } catch {
    throw new errors.InvalidGrant('the token does not hold')
  }
}

/** Starts both. */
export async function startProviders(): Promise<Providers> {
  const keys = { identity: await signingKey(), resource: await signingKey() }
  const used = new Set<unknown>()
  let identityIssuer = ''

  const resource = await start(
    keys.resource,
    ['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    (provider, issuer) =>
      provider.registerGrantType(
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        async (context: OidcRequestContext) => {
          const { params, client } = context.oidc
          const expected = { issuer: identityIssuer, audience: issuer, typ: 'oauth-id-jag+jwt' }
          const claims = await verified(params.assertion, keys.identity, expected)
          if (
            claims.client_id !== client.clientId ||
            claims.resource !== RESOURCE ||
            used.has(claims.jti)
          )
            throw new errors.InvalidGrant('the assertion is for somebody else')
          used.add(claims.jti)
          const accountId = text(claims.sub)
          const grant = new provider.Grant({ accountId, clientId: client.clientId })
          grant.addResourceScope(RESOURCE, text(claims.scope))
          const token = new provider.AccessToken({
            accountId,
            client,
            grantId: await grant.save(),
            gty: 'jwt-bearer',
            expiresIn: 300,
            resourceServer: new provider.ResourceServer(RESOURCE, resourceServer),
          })
          token.scope = text(claims.scope)
          const proof = context.req.headers.dpop
          const { jwk } = typeof proof === 'string' ? decodeProtectedHeader(proof) : {}
          if (jwk) Object.assign(token, { jkt: await calculateJwkThumbprint(jwk) })
          const access_token = await token.save()
          context.body = {
            access_token,
            token_type: jwk ? 'DPoP' : 'Bearer',
            expires_in: 300,
            scope: token.scope,
          }
        },
        ['assertion', 'resource', 'scope'],
        [],
      ),
  )

  const identity = await start(
    keys.identity,
    ['urn:ietf:params:oauth:grant-type:token-exchange'],
    (provider, issuer) => {
      identityIssuer = issuer
      provider.registerGrantType(
        'urn:ietf:params:oauth:grant-type:token-exchange',
        async (context: OidcRequestContext) => {
          const { params, client } = context.oidc
          if (params.requested_token_type !== ID_JAG)
            throw new errors.InvalidRequest('only assertions are issued here')
          if (params.audience !== resource.issuer) throw new errors.InvalidTarget()
          const { sub } = await verified(params.subject_token, keys.identity, {
            issuer,
            audience: client.clientId,
            typ: 'JWT',
          })
          // Bob may read only.
          const granted = text(params.scope)
            .split(' ')
            .filter((one) => sub !== 'bob' || one === 'tasks:read')
            .join(' ')
          const access_token = await new SignJWT({
            client_id: client.clientId,
            resource: params.resource,
            scope: granted,
          })
            .setProtectedHeader({ alg: 'ES256', kid: 'key-1', typ: 'oauth-id-jag+jwt' })
            .setIssuer(issuer)
            .setSubject(text(sub))
            .setAudience(resource.issuer)
            .setJti(randomUUID())
            .setIssuedAt()
            .setExpirationTime('60s')
            .sign(keys.identity.privateKey)
          context.body = {
            access_token,
            issued_token_type: ID_JAG,
            token_type: 'N_A',
            expires_in: 60,
            scope: granted,
          }
        },
        [
          'requested_token_type',
          'audience',
          'resource',
          'scope',
          'subject_token',
          'subject_token_type',
        ],
        [],
      )
    },
  )

  return {
    identity: {
      ...identity,
      idTokenOf: (subject) =>
        new SignJWT({})
          .setProtectedHeader({ alg: 'ES256', kid: 'key-1', typ: 'JWT' })
          .setIssuer(identity.issuer)
          .setSubject(subject)
          .setAudience(AGENT.id)
          .setIssuedAt()
          .setExpirationTime('60s')
          .sign(keys.identity.privateKey),
    },
    resource,
  }
}
