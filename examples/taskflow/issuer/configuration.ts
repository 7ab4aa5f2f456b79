// Configures oidc-provider for TaskFlow: which features are on and how long each thing lives. It
// replaces every default that prints to the console.

import {
  type Client,
  type Context,
  errors,
  interactionPolicy,
  type OidcRequestContext,
  type Provider,
} from 'oidc-provider'
import { findPerson } from './accounts.ts'
import { clients } from './clients.ts'
import type { ActClaim } from './exchange-policy.ts'
import type { IssuerOptions, TaskflowResources } from './options.ts'
import { errorPage, signedOutPage, signOutPage } from './pages.ts'
import { ACCESS_TOKEN_LIFETIME_SECONDS, resourceServerInfo } from './resource-server.ts'
import type { Storage } from './sqlite-adapter.ts'

const DAY_SECONDS = 24 * 3600

/**
 * All endpoints are under this path. The session cookie is limited to it, because cookies ignore
 * the port and TaskFlow's other servers are on the same host.
 */
export const ENDPOINTS = '/oauth'

/**
 * Makes the configuration. `actOf` gives the actor of a token that an exchange is about to issue.
 */
export function configuration(
  { web, resources, keys }: IssuerOptions,
  storage: Storage,
  provider: () => Provider,
  actOf: (token: object) => ActClaim | undefined,
): Record<string, unknown> {
  const policy = interactionPolicy.base()
  // All clients are TaskFlow's own, so nobody is asked for consent. `loadGrant` makes the grant.
  policy.remove('consent')
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true }
  const grant = (context: OidcRequestContext) => loadGrant(provider(), context)

  return {
    adapter: storage.adapter,
    clients: clients(web, resources.gateway, keys),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['none', 'private_key_jwt', 'client_secret_basic'],
    enabledJWA: { clientAuthSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['ES256'] },
    jwks: { keys: [keys.issuerKey] },
    cookies: {
      names: {
        session: 'taskflow_session',
        interaction: 'taskflow_sign_in',
        resume: 'taskflow_resume',
      },
      keys: keys.cookieKeys.map((key) => key.reveal()),
      long: { ...cookie, path: ENDPOINTS },
      short: cookie,
    },
    responseTypes: ['code'],
    scopes: ['openid'],
    // The page greets the person by the name in the ID token, because userinfo is off.
    claims: { openid: ['sub', 'name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    clockTolerance: 5,
    routes: {
      authorization: `${ENDPOINTS}/authorize`,
      token: `${ENDPOINTS}/token`,
      revocation: `${ENDPOINTS}/revoke`,
      introspection: `${ENDPOINTS}/introspect`,
      jwks: `${ENDPOINTS}/jwks`,
      end_session: `${ENDPOINTS}/sign-out`,
    },
    features: features(web, resources),
    interactions: {
      policy,
      url: (_context: Context, { uid }: { uid: string }) => `/interaction/${uid}`,
    },
    loadExistingGrant: grant,
    findAccount: (_context: Context, subject: string) => {
      const person = findPerson(subject)
      return (
        person && {
          accountId: person.subject,
          claims: () => ({ sub: person.subject, name: person.name }),
        }
      )
    },
    // `gid` names the grant behind the token. An exchange checks that this grant still exists.
    extraTokenClaims: (
      _context: Context,
      token: { readonly accountId?: string; readonly grantId?: string },
    ) => {
      const act = actOf(token)
      return {
        name: findPerson(token.accountId)?.name,
        gid: token.grantId,
        ...(act ? { act } : {}),
      }
    },
    issueRefreshToken: (_context: Context, client: Client) =>
      client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // A refresh token ends with the session, so that a sign-out in one tab is one everywhere.
    expiresWithSession: () => true,
    clientBasedCORS: (_context: Context, origin: string, client: Client) =>
      origin === web && client.clientId === 'taskflow-page',
    renderError: errorPage(web),
    ttl: {
      AccessToken: ACCESS_TOKEN_LIFETIME_SECONDS,
      AuthorizationCode: 60,
      IdToken: ACCESS_TOKEN_LIFETIME_SECONDS,
      Interaction: 3600,
      Session: 14 * DAY_SECONDS,
      Grant: 30 * DAY_SECONDS,
      // A new refresh token ends when the old one would have (RFC 9700 section 4.14.2).
      RefreshToken: (context: OidcRequestContext) =>
        context.oidc.entities.RotatedRefreshToken?.remainingTTL ?? 14 * DAY_SECONDS,
    },
  }
}

/** Says which features of oidc-provider are on. */
function features(web: string, resources: TaskflowResources): Record<string, unknown> {
  const known: readonly string[] = Object.values(resources)
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    // Userinfo does not accept access tokens that are JWTs for one resource. The tokens have the
    // name already.
    userinfo: { enabled: false },
    revocation: { enabled: true, allowedPolicy: ownToken },
    introspection: { enabled: true, allowedPolicy: ownToken },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: signOutPage,
      postLogoutSuccessSource: signedOutPage(web),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_context: Context, _client: Client, granted?: readonly string[]) =>
        granted && !granted.includes(resources.chat) ? granted : resources.chat,
      getResourceServerInfo: (_context: Context, resource: string) => {
        if (!known.includes(resource)) throw new errors.InvalidTarget()
        return resourceServerInfo(resource)
      },
    },
  }
}

function ownToken(
  _context: Context,
  client: Client,
  token: { readonly clientId: string },
): boolean {
  return token.clientId === client.clientId
}

/**
 * The session's grant for this client, widened to what this request asks for. Each token is
 * narrowed again to what its request asked for.
 */
async function loadGrant({ Grant }: Provider, { oidc }: OidcRequestContext) {
  const { clientId } = oidc.client
  const grantId = oidc.session.grantIdFor(clientId)
  const kept = grantId === undefined ? undefined : await Grant.find(grantId)
  const grant = kept ?? new Grant({ accountId: oidc.account.accountId, clientId })
  const openid = [...oidc.requestParamOIDCScopes]
  if (openid.length > 0) grant.addOIDCScope(openid.join(' '))
  for (const [resource, server] of Object.entries(oidc.resourceServers)) {
    const asked = [...oidc.requestParamScopes].filter((scope) => server.scopes.has(scope))
    if (asked.length > 0) grant.addResourceScope(resource, asked.join(' '))
  }
  await grant.save()
  return grant
}
