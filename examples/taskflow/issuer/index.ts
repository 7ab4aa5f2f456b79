// TaskFlow's authorization server: oidc-provider with our configuration. It has no passwords, so
// use it for the demo only.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Context, Provider } from 'oidc-provider'
import { clients, exchangeRules } from './clients.ts'
import { configuration, ENDPOINTS } from './configuration.ts'
import { registerExchange } from './exchange-grant.ts'
import type { ActClaim } from './exchange-policy.ts'
import type { IssuerOptions } from './options.ts'
import { contentSecurityPolicy } from './pages.ts'
import { scopes } from './resource-server.ts'
import { signInStep } from './sign-in.ts'
import { openStorage } from './sqlite-adapter.ts'
import { subjectVerifier } from './subject-token.ts'

export type { IssuerOptions, TaskflowResources } from './options.ts'

/** A running authorization server, for a node:http listener. */
export interface Issuer {
  readonly callback: (request: IncomingMessage, response: ServerResponse) => void
  /** Closes the database. */
  close(): void
}

/** Makes the authorization server. It opens no port. */
export function createIssuer(options: IssuerOptions): Issuer {
  const { issuer, web, keys, resources, dataDir, onFailure } = options
  const storage = openStorage({ path: join(dataDir, 'issuer.db') })
  const actors = new WeakMap<object, ActClaim>()
  const provider: Provider = new Provider(
    issuer,
    configuration(
      options,
      storage,
      () => provider,
      (token) => actors.get(token),
    ),
  )
  registerExchange(provider, {
    rules: exchangeRules(resources),
    verifySubject: subjectVerifier(issuer, keys.issuerKey),
    remember: (token, act) => actors.set(token, act),
  })
  const names = new Map(
    clients(web, resources.gateway, keys).map((client) => [
      client.client_id,
      String(client.client_name),
    ]),
  )
  provider.use(guard(issuer, web))
  provider.use(correctGrantError)
  provider.use(signInStep(provider, web, (id) => names.get(id) ?? 'An application'))
  provider.on('server_error', (_context, error) => onFailure?.(error))
  return { callback: provider.callback(), close: storage.close }
}

/** Sets headers on every answer, adds the default scope and refuses requests for another host. */
function guard(issuer: string, web: string) {
  const { host } = new URL(issuer)
  return async (context: Context, next: () => Promise<void>): Promise<void> => {
    context.set('x-content-type-options', 'nosniff')
    context.set('referrer-policy', 'no-referrer')
    context.set('content-security-policy', contentSecurityPolicy([web]))
    // oidc-provider builds its URLs from the Host header, so a rebound DNS name would make this
    // server part of another site. Koa also takes the host from a whole URL in the request line,
    // and it ignores user information before the host. So this checks both.
    const { url, headers } = context.req
    if (context.host !== host || headers.host !== host || !url?.startsWith('/')) {
      context.status = 421
      context.body = `This is ${issuer}\n`
      return
    }
    // Without a scope, oidc-provider answers a signed-in request with access_denied. RFC 6749
    // section 3.3 allows a default.
    if (context.path === `${ENDPOINTS}/authorize` && !context.query.scope)
      context.query = { ...context.query, scope: scopes.join(' ') }
    await next()
  }
}

/**
 * Corrects one answer. When a client may not use a grant type, oidc-provider says
 * `invalid_request`, but RFC 6749 section 5.2 has the code `unauthorized_client` for that.
 */
async function correctGrantError(context: Context, next: () => Promise<void>): Promise<void> {
  await next()
  const { client, params, route } = context.oidc ?? {}
  const grantType = params?.grant_type
  const refused =
    typeof context.body === 'object' && context.body !== null && 'error' in context.body
      ? context.body
      : undefined
  if (
    route !== 'token' ||
    !client ||
    refused?.error !== 'invalid_request' ||
    typeof grantType !== 'string'
  )
    return
  if (!client.grantTypeAllowed(grantType))
    context.body = { ...refused, error: 'unauthorized_client' }
}
