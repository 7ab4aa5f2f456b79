// What oidc-provider is told about each of TaskFlow's protected resources: audience, scopes, and
// the form of access tokens.

import type { ResourceServerInfo } from 'oidc-provider'

/** The scopes of all resources. */
export const scopes: readonly string[] = ['tasks:read', 'tasks:write']

/** Seconds that an access token lives. */
export const ACCESS_TOKEN_LIFE = 300

/** The description of a known resource: JWT access tokens (RFC 9068), audience-bound (RFC 8707). */
export function resourceServerInfo(resource: string): ResourceServerInfo {
  return {
    scope: scopes.join(' '),
    audience: resource,
    accessTokenTTL: ACCESS_TOKEN_LIFE,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }
}
