// Tells oidc-provider the audience, the scopes and the token format of TaskFlow's protected
// resources.

import type { ResourceServerInfo } from 'oidc-provider'

/** The scopes of all resources. */
export const scopes: readonly string[] = ['tasks:read', 'tasks:write']

/** The lifetime of an access token. */
export const ACCESS_TOKEN_LIFETIME_SECONDS = 300

/**
 * Describes a known resource. Its access tokens are JWTs (RFC 9068) and are bound to it as their
 * audience (RFC 8707).
 */
export function resourceServerInfo(resource: string): ResourceServerInfo {
  return {
    scope: scopes.join(' '),
    audience: resource,
    accessTokenTTL: ACCESS_TOKEN_LIFETIME_SECONDS,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }
}
