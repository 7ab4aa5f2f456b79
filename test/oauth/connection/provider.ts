// A real authorization server (oidc-provider) on loopback, with one person who agrees to
// everything. No test lives here.

import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Context,
  errors,
  interactionPolicy,
  type OidcRequestContext,
  Provider,
} from 'oidc-provider'
import { cookieJar } from '../../../examples/taskflow/issuer/cookie-jar.ts'
import { openStorage } from '../../../examples/taskflow/issuer/sqlite-adapter.ts'

export interface RunningProvider {
  readonly issuer: string
  readonly failures: readonly Error[]
  /** Every token that the token endpoint gave out, with its name there. */
  readonly issued: readonly (readonly [name: string, token: string])[]
  /** Walks from the authorization request to the redirect URI, as a browser does. */
  agree(location: URL, person: string): Promise<URL>
  stop(): Promise<void>
}

export interface ProviderOptions {
  readonly resource: string
  readonly redirectUri: string
  /** The client's secret; without it, the client is a public one. */
  readonly clientSecret?: string
}

export async function startProvider({
  resource,
  redirectUri,
  clientSecret,
}: ProviderOptions): Promise<RunningProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  const issuer = `http://127.0.0.1:${address.port}`
  const failures: Error[] = []
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-provider-'))
  const storage = openStorage({ path: join(folder, 'provider.db') })
  const policy = interactionPolicy.base()
  policy.remove('consent')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const client = {
    ...(clientSecret === undefined
      ? { token_endpoint_auth_method: 'none' }
      : { token_endpoint_auth_method: 'client_secret_basic', client_secret: clientSecret }),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [new URL('/', redirectUri).href],
  }
  const provider: Provider = new Provider(issuer, {
    clients: [{ client_id: 'app', ...client }],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: {
      keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'a' }],
    },
    cookies: { keys: ['a key for the tests'] },
    responseTypes: ['code'],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (context: { body: unknown }, form: string) => {
          context.body = form
        },
      },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: Context, asked: string) => {
          if (asked !== resource) throw new errors.InvalidTarget()
          const jwt = { sign: { alg: 'ES256' } }
          return {
            scope: 'tasks:read',
            audience: resource,
            accessTokenTTL: 300,
            accessTokenFormat: 'jwt',
            jwt,
          }
        },
      },
    },
    scopes: ['openid', 'offline_access'],
    interactions: {
      policy,
      url: (_context: Context, { uid }: { uid: string }) => `/interaction/${uid}`,
    },
    findAccount: (_context: Context, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    loadExistingGrant: async ({ oidc }: OidcRequestContext) => {
      const grant = new provider.Grant({
        accountId: oidc.account.accountId,
        clientId: oidc.client.clientId,
      })
      for (const one of Object.keys(oidc.resourceServers)) grant.addResourceScope(one, 'tasks:read')
      const openid = [...oidc.requestParamOIDCScopes]
      if (openid.length > 0) grant.addOIDCScope(openid.join(' '))
      await grant.save()
      return grant
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    // Every default that prints is replaced.
    adapter: storage.adapter,
    ttl: {
      Interaction: 600,
      Grant: 86_400,
      Session: 86_400,
      AccessToken: 300,
      RefreshToken: 86_400,
      AuthorizationCode: 60,
      IdToken: 300,
    },
  })
  provider.on('server_error', (_context, error) => failures.push(error))
  const issued: (readonly [string, string])[] = []
  provider.on('grant.success', ({ body }) => {
    for (const name of ['access_token', 'refresh_token', 'id_token'])
      if (typeof Object(body)[name] === 'string') issued.push([name, Object(body)[name]])
  })
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return await next()
    const person = context.req.headers['x-person']
    const back = await provider.interactionResult(context.req, context.res, {
      login: { accountId: String(person) },
    })
    context.status = 303
    context.redirect(back)
  })
  server.on('request', provider.callback())
  return {
    issuer,
    failures,
    issued,
    async agree(location, person) {
      const jar = cookieJar()
      let url = location
      for (let step = 0; step < 10; step++) {
        const headers = { cookie: jar.header(url.pathname), 'x-person': person }
        const response = await fetch(url, { redirect: 'manual', headers })
        jar.keep(response)
        const next = response.headers.get('location')
        if (next === null)
          throw new Error(`no redirect: ${response.status} ${await response.text()}`)
        url = new URL(next, url)
        if (url.origin !== issuer) return url
      }
      throw new Error('too many redirects')
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      storage.close()
      await rm(folder, { recursive: true })
    },
  }
}
