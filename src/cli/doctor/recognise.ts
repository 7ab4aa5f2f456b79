// Recognises the provider of an issuer: by its URL, by the endpoints in its metadata, or by the claims
// of its tokens. Pure.

import type { UnknownObject } from '../inspect/ask.ts'
import type { PresetName } from './presets.ts'

/** A guess, and what it is made by. */
export interface Recognised {
  readonly name: PresetName
  readonly because: string
}

/** URLs that one provider alone has. */
const HOSTS: readonly (readonly [PresetName, RegExp])[] = [
  ['auth0', /^https:\/\/[\w.-]+\.auth0\.com(?:\/|$)/],
  [
    'entra',
    /^https:\/\/(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net)\//,
  ],
  ['okta', /^https:\/\/[\w.-]+\.(?:okta|oktapreview|okta-emea)\.com(?:\/|$)/],
  ['cognito', /^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com\//],
  ['google', /^(?:https:\/\/)?accounts\.google\.com\/?$/],
  ['github', /^https:\/\/github\.com(?:\/login\/oauth)?\/?$/],
  ['firebase', /^https:\/\/securetoken\.google\.com\//],
  ['clerk', /^https:\/\/(?:clerk\.[\w.-]+|[\w-]+\.clerk\.accounts\.dev)\/?$/],
  ['supabase', /^https:\/\/[\w-]+\.supabase\.co\//],
  ['workos', /^https:\/\/(?:api\.workos\.com|[\w-]+\.authkit\.app)(?:\/|$)/],
  ['zitadel', /^https:\/\/[\w-]+\.[\w.-]*zitadel\.cloud\/?$/],
  ['keycloak', /^https?:\/\/[^/]+(?:\/.*)?\/realms\/[^/]+\/?$/],
  ['authentik', /^https?:\/\/[^/]+(?:\/.*)?\/application\/o\/[^/]+\/?$/],
  ['supabase', /^https?:\/\/[^/]+\/auth\/v1\/?$/],
  ['betterAuth', /^https?:\/\/[^/]+(?:\/.*)?\/api\/auth\/?$/],
]

/** Endpoints that one provider alone has, tried one after the other. */
const ENDPOINTS: readonly (readonly [PresetName, RegExp])[] = [
  ['keycloak', /\/protocol\/openid-connect\//],
  ['authentik', /\/application\/o\/(?:token|authorize)\//],
  ['zitadel', /\/oidc\/v1\/userinfo$|\/oauth\/v2\/keys$/],
  ['pingFederate', /\/as\/(?:token|authorization)\.oauth2$|\/pf\/JWKS$/],
  ['okta', /\/oauth2\/[\w-]+\/v1\/(?:token|keys)$/],
  ['cognito', /\.amazoncognito\.com\/oauth2\//],
  ['betterAuth', /\/api\/auth\/(?:oauth2|jwks|mcp)(?:\/|$)/],
  ['supabase', /\/auth\/v1\/oauth\//],
  ['clerk', /\/oauth\/token_info$/],
  ['auth0', /\/oidc\/register$|\/samlp\/|\/\.well-known\/jwks\.json\?auth0/],
  ['hydra', /\/oauth2\/auth$/],
  ['spring', /\/oauth2\/jwks$/],
]

/** Claims that one provider alone writes. */
const CLAIMS: readonly (readonly [PresetName, (claims: UnknownObject) => boolean])[] = [
  ['firebase', (claims) => has(claims, 'firebase')],
  ['cognito', (claims) => has(claims, 'token_use') && has(claims, 'client_id')],
  ['okta', (claims) => has(claims, 'cid') && has(claims, 'uid')],
  ['entra', (claims) => has(claims, 'tid') && has(claims, 'ver')],
  ['supabase', (claims) => has(claims, 'session_id') && has(claims, 'aal')],
  ['keycloak', ({ typ, ...claims }) => typ === 'Bearer' && has(claims, 'azp')],
]

function has(claims: UnknownObject, name: string): boolean {
  return Object.hasOwn(claims, name)
}

/** What is known of an issuer. */
export interface Seen {
  /** Spellings of it. */
  readonly issuers: readonly string[]
  readonly endpoints: Readonly<Record<string, string>>
  readonly claims: UnknownObject
}

/** Recognises the provider. Without a sign, it is an issuer that follows the standards. */
export function recognise({ issuers, endpoints, claims }: Seen): Recognised {
  const host = HOSTS.find(([, pattern]) => issuers.some((issuer) => pattern.test(issuer)))
  if (host) return { name: host[0], because: 'by its URL' }
  const urls = Object.values(endpoints)
  const endpoint = ENDPOINTS.find(([, pattern]) => urls.some((url) => pattern.test(url)))
  if (endpoint) return { name: endpoint[0], because: 'by the endpoints in its metadata' }
  const claim = CLAIMS.find(([, holds]) => holds(claims))
  if (claim) return { name: claim[0], because: 'by the claims of the token' }
  return { name: 'oidc', because: 'nothing about it is particular to one provider' }
}
