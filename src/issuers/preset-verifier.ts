// Makes the verifier of an issuer: for its JWTs, and for its opaque tokens where it has such.

import { quietly } from '../core/plain-http.ts'
import { dialectOf } from '../core/verify/claim-dialect.ts'
import { readIssuer } from '../core/verify/read-issuer.ts'
import type { TokenVerifier } from '../core/verify/verify.ts'
import { jwtVerifier } from '../jwt/verifier.ts'
import type { ClientAuthentication } from '../oauth/client-authentication.ts'
import { introspectionVerifier } from '../oauth/introspection.ts'
import { type TokenCheck, userinfoVerifier } from '../oauth/userinfo.ts'
import type { IssuerOptions } from './options.ts'
import type { Place } from './place.ts'
import type { Preset } from './preset.ts'

/**
 * How an issuer's opaque tokens are verified; undefined when they are not. By introspection only
 * when somebody asks for it, or when the app has a client that may.
 */
export function opaqueWay(
  { tokens: { opaque } }: Preset,
  { opaqueTokens, clientId, clientSecret }: IssuerOptions,
  { check }: Place,
): 'introspection' | 'userinfo' | TokenCheck | undefined {
  const preset = check ?? opaque
  if (opaqueTokens !== undefined) return opaqueTokens
  const isClient = clientId !== undefined && clientSecret !== undefined
  return preset === 'introspection' && !isClient ? undefined : preset
}

/**
 * Makes the verifier.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function presetVerifier(
  preset: Preset,
  options: IssuerOptions,
  place: Place,
  client: ClientAuthentication | undefined,
): TokenVerifier {
  const { issuer, issuers = [issuer], impliedAudience } = place
  const { fetch, now } = options
  const shared = { ...(fetch ? { fetch } : {}), ...(now ? { now } : {}), ...quietly(options) }
  const dialect = {
    ...dialectOf(preset.tokens),
    ...(impliedAudience === undefined ? {} : { impliedAudience }),
    ...dialectOf(options),
  }
  const jwksUri = options.jwksUri ?? place.jwksUri
  const algorithms = options.algorithms ?? preset.tokens.algorithms
  const idTokensFor = options.idTokensFor ?? place.idTokensFor
  const jwts = jwtVerifier({
    ...shared,
    ...dialect,
    issuer: issuers,
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(algorithms === undefined ? {} : { algorithms }),
    ...(idTokensFor === undefined ? {} : { idTokensFor }),
  })
  const { accessTokenMarks: _, ...opaqueDialect } = dialect
  const way = opaqueWay(preset, options, place)
  return way === undefined
    ? jwts
    : byForm(jwts, opaqueVerifier(way, options, { ...shared, ...opaqueDialect, issuer }, client))
}

type Shared = Omit<Parameters<typeof userinfoVerifier>[0], 'check' | 'assumeAudience'>

function opaqueVerifier(
  way: 'introspection' | 'userinfo' | TokenCheck,
  options: IssuerOptions,
  shared: Shared,
  client: ClientAuthentication | undefined,
): TokenVerifier {
  const { clientId, introspectionEndpoint, userinfoEndpoint, assumeAudience = false } = options
  if (way === 'introspection') {
    if (clientId === undefined || client === undefined)
      throw new TypeError('opaqueTokens "introspection" needs clientId and clientSecret (RFC 7662)')
    return introspectionVerifier({
      ...shared,
      clientId,
      client,
      assumeAudience,
      ...(introspectionEndpoint === undefined ? {} : { introspectionEndpoint }),
    })
  }
  if (way !== 'userinfo')
    return userinfoVerifier({
      ...shared,
      check: way,
      ...(clientId !== undefined && client ? { clientId, client } : {}),
    })
  return userinfoVerifier({
    ...shared,
    assumeAudience: true,
    ...(userinfoEndpoint === undefined ? {} : { userinfoEndpoint }),
  })
}

/** A JWT names its issuer. Every other token is asked about. */
function byForm(jwts: TokenVerifier, opaque: TokenVerifier): TokenVerifier {
  return {
    verify: (credential, audience, options) =>
      (readIssuer(credential) === undefined ? opaque : jwts).verify(credential, audience, options),
  }
}
