// Verifies opaque access tokens by asking the authorization server (RFC 7662). The claims that it reports meet the same rules as a JWT's.

import { hash } from 'node:crypto'
import { introspectionRequest } from 'oauth4webapi'
import type { Credential } from '../core/credential.ts'
import { type Result, refused } from '../core/errors.ts'
import { checkEndpoint, discoverAuthorizationServer } from '../core/http/authorization-server.ts'
import type { JsonAnswer } from '../core/http/bounded-json.ts'
import { withDeadline } from '../core/http/deadline.ts'
import { cachedVerifier } from '../core/verify/verified-cache.ts'
import {
  type ClaimRules,
  type TokenVerifier,
  type VerifiedToken,
  validateClaims,
} from '../core/verify/verify.ts'
import { asClientAuth, ask } from './ask.ts'
import type { ClientAuthentication } from './client-authentication.ts'

/** Seconds for which an answer is remembered, unless told otherwise: who asks the server does it to see revocation soon. */
const REMEMBERED = 10

/** Options of {@link introspectionVerifier}. */
export interface IntrospectionVerifierOptions {
  /** The issuer identifier of the authorization server. */
  readonly issuer: string
  /** Default: as the issuer's metadata says, on its own origin. */
  readonly introspectionEndpoint?: string
  readonly clientId: string
  /** How this resource server proves who it is. */
  readonly client: ClientAuthentication
  /** Leeway for clocks that differ, in seconds. Default 30. */
  readonly tolerance?: number
  /** The claim that names the tenant, where one issuer serves several organisations. Default: none. */
  readonly tenantClaim?: string
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one request to the issuer may take. Default 5,000. */
  readonly deadline?: number
  /** Bounds of the memory of verified tokens (default 10,000 tokens, 10 seconds each: a revoked token works that long), or false for none. */
  readonly cache?: { readonly maxEntries?: number; readonly maxAge?: number } | false
}

/**
 * Makes a verifier for the opaque access tokens of one issuer. Nothing is fetched before the first token.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is empty.
 */
export function introspectionVerifier(options: IntrospectionVerifierOptions): TokenVerifier {
  const {
    issuer,
    introspectionEndpoint,
    clientId,
    client,
    tolerance = 30,
    tenantClaim,
    cache = {},
  } = options
  const { fetch = globalThis.fetch, now = Date.now, deadline = 5000 } = options
  if (introspectionEndpoint !== undefined)
    checkEndpoint('introspectionEndpoint', introspectionEndpoint)
  if (clientId === '') throw new TypeError('clientId must not be empty')
  const metadata = discoverAuthorizationServer({ issuer, fetch, now, deadline })

  async function send(credential: Credential, signal: AbortSignal): Promise<Result<JsonAnswer>> {
    let endpoint = introspectionEndpoint
    if (endpoint === undefined) {
      const server = await metadata.current({ signal })
      if (!server.ok) return server
      endpoint = server.value.introspectionEndpoint
      if (endpoint === undefined) return refused('issuer_unavailable')
    }
    return ask(
      (asked) =>
        introspectionRequest(
          { issuer, introspection_endpoint: endpoint },
          { client_id: clientId },
          asClientAuth(client, now),
          credential.reveal(),
          { ...asked, additionalParameters: { token_type_hint: 'access_token' } },
        ),
      { fetch, deadline, signal },
    )
  }

  const verifier: TokenVerifier = {
    async verify(
      credential,
      audience,
      { signal, keyThumbprint } = {},
    ): Promise<Result<VerifiedToken>> {
      const ended = await withDeadline(deadline, signal, (inTime) => send(credential, inTime))
      if (!ended.ok) return ended
      const answer = ended.value
      if (!answer.ok) return answer
      return judgeIntrospection(answer.value, {
        issuer,
        audience,
        nowSeconds: now() / 1000,
        toleranceSeconds: tolerance,
        tenantClaim,
        keyThumbprint,
      })
    },
  }
  if (cache === false) return verifier
  return cachedVerifier(verifier, {
    maxAge: REMEMBERED,
    ...cache,
    now,
    digest: (text) => hash('sha256', text),
  })
}

/** Judges an introspection response (RFC 7662 section 2.2), from the status and the parsed body alone. */
function judgeIntrospection(
  { status, json }: JsonAnswer,
  rules: ClaimRules,
): Result<VerifiedToken> {
  // The server did not take us for the client that we say we are; this says nothing about the token.
  if (status === 401 || status === 403) return refused('exchange_client_refused')
  if (status !== 200 || typeof json !== 'object' || json === null)
    return refused('issuer_unavailable')
  const claims = json as Record<string, unknown>
  if (claims.active === false) return refused('token_inactive')
  if (claims.active !== true) return refused('issuer_unavailable')
  // A refresh token is "active" too, and a sender-constrained one is not to be taken as a bearer token (RFC 9449 section 7.1).
  const { token_type } = claims
  const types =
    rules.keyThumbprint === undefined ? /^(?:bearer|access_token)$/i : /^(?:dpop|access_token)$/i
  if (token_type !== undefined && !(typeof token_type === 'string' && types.test(token_type))) {
    return refused('type_refused')
  }
  // `iss` is optional here, and the answer came from this issuer's own endpoint; one that is there must match.
  return validateClaims({ iss: rules.issuer, ...claims }, rules)
}
