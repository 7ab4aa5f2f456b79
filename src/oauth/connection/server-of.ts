// The authorization server of a connection: what its metadata says, with what the operator set in
// its place.

import { granted, isTemporary, type Result, refused } from '../../core/errors.ts'
import type { AuthorizationServer } from '../../core/http/server-metadata.ts'
import type { Settings } from './settings.ts'

/**
 * Gives the server. Where the operator names the endpoints, it is there also without metadata.
 */
export async function serverOf(
  settings: Settings,
  signal?: AbortSignal | undefined,
): Promise<Result<AuthorizationServer>> {
  const { issuer, metadata, discovery, endpoints = {} } = settings
  if (discovery === false) return granted(withEndpoints({ issuer }, settings))
  const found = await metadata.current({ signal })
  if (found.ok) return granted(withEndpoints(found.value, settings))
  const isEnough = endpoints.authorization !== undefined && endpoints.token !== undefined
  return isEnough && found.refusal.reason !== 'cancelled'
    ? granted(withEndpoints({ issuer }, settings))
    : found
}

function withEndpoints(server: AuthorizationServer, settings: Settings): AuthorizationServer {
  const { authorization, token, revocation, registration } = settings.endpoints ?? {}
  return {
    ...server,
    ...(authorization === undefined ? {} : { authorizationEndpoint: authorization }),
    ...(token === undefined ? {} : { tokenEndpoint: token }),
    ...(revocation === undefined ? {} : { revocationEndpoint: revocation }),
    ...(registration === undefined ? {} : { registrationEndpoint: registration }),
    ...(settings.pkce === 'S256' ? { pkce: true } : {}),
  }
}

/** `pkce_not_announced`, with the setting for an issuer that takes S256 all the same. */
export function checkPkce({ pkce }: AuthorizationServer, { at }: Settings): Result<true> {
  // Without S256, a thief of the code could redeem it. MCP forbids to go on.
  return pkce
    ? granted(true)
    : refused('pkce_not_announced', {
        claim: 'code_challenge_methods_supported',
        expected: `S256, or the setting ${at}pkce: "S256" when its documentation says that it takes it`,
      })
}

/**
 * The metadata decides whether tokens are bound where that is `offered`. An issuer that does not answer
 * must not pass for one that cannot: whoever keeps its answer away would get bearer tokens.
 */
export async function checkOffer(
  { dpop, discovery, metadata }: Settings,
  signal: AbortSignal,
): Promise<Result<unknown>> {
  if (dpop !== 'offered' || discovery === false) return granted(true)
  const found = await metadata.current({ signal })
  return !found.ok && isTemporary(found.refusal.reason) ? found : granted(true)
}

/** Whether tokens are to be bound to a key. */
export function bindsTokens({ dpop }: AuthorizationServer, settings: Settings): boolean {
  return settings.dpop === true || (settings.dpop === 'offered' && dpop === true)
}

/** The scopes to ask for, those that the person granted before among them. */
export function scopesToAsk(
  { offlineAccess }: AuthorizationServer,
  settings: Settings,
  more: readonly string[],
): readonly string[] {
  const scopes = [...new Set([...settings.scopes, ...more])]
  // A request for this scope alone would get no other.
  const isOffline = settings.offlineAccess ?? (offlineAccess === true && scopes.length > 0)
  return isOffline && !scopes.includes('offline_access') ? [...scopes, 'offline_access'] : scopes
}
