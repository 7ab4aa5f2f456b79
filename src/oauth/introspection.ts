// Verifies opaque access tokens by asking the authorization server (RFC 7662). The claims in its
// answer must pass the same rules as those of a JWT.

import { hash } from 'node:crypto'
import { introspectionRequest } from 'oauth4webapi'
import type { Credential } from '../core/credential.ts'
import { type Result, refused } from '../core/errors.ts'
import { discoverAuthorizationServer } from '../core/http/authorization-server.ts'
import type { JsonAnswer } from '../core/http/bounded-json.ts'
import { withDeadline } from '../core/http/deadline.ts'
import { checkEndpoint } from '../core/http/endpoint.ts'
import { endpointOf } from '../core/http/server-metadata.ts'
import { isObject } from '../core/json.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { allowedHttp, PLAIN_HTTP_OPTIONS, type PlainHttpOptions } from '../core/plain-http.ts'
import {
  CLAIM_DIALECT_OPTIONS,
  type ClaimDialect,
  dialectOf,
} from '../core/verify/claim-dialect.ts'
import { judgeNamedIssuer } from '../core/verify/read-issuer.ts'
import { cachedVerifier, checkCache } from '../core/verify/verified-cache.ts'
import {
  type ClaimRules,
  differs,
  type TokenVerifier,
  type VerifiedToken,
  validateClaims,
} from '../core/verify/verify.ts'
import { asClientAuth, ask } from './ask.ts'
import type { ClientAuthentication } from './client-authentication.ts'

/**
 * How long an answer is remembered by default. Short: operators use introspection to see revocation
 * soon.
 */
const MAX_AGE_SECONDS = 10

/** Options of {@link introspectionVerifier}. */
export interface IntrospectionVerifierOptions
  extends Omit<ClaimDialect, 'accessTokenMarks'>,
    PlainHttpOptions {
  /** The issuer identifier of the authorization server. */
  readonly issuer: string
  /** Default: as the issuer's metadata says, on its own origin. */
  readonly introspectionEndpoint?: string
  readonly clientId: string
  /** How this resource server proves who it is. */
  readonly client: ClientAuthentication
  /** How far two clocks may differ, in seconds. Default 30. */
  readonly tolerance?: number
  /**
   * What to do where the answer has no `aud`, which is optional (RFC 7662 section 2.2). Default false:
   * the token is refused. True: it counts as one for this app, because the authorization server lets
   * this client ask about it. Set it only where the server answers each client about its own tokens
   * alone.
   */
  readonly assumeAudience?: boolean
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one request to the issuer may take. Default 5,000. */
  readonly deadline?: number
  /**
   * Bounds of the memory of verified tokens, or false for none. `maxAge` is in seconds. Default:
   * 10,000 tokens, 10 seconds each; a revoked token works that long.
   */
  readonly cache?: { readonly maxEntries?: number; readonly maxAge?: number } | false
}

const { accessTokenMarks: _, ...OTHER_CLAIMS } = CLAIM_DIALECT_OPTIONS

/** Every option of the factory. A new one does not compile until it is here. */
const INTROSPECTION_VERIFIER_OPTIONS: OptionNames<IntrospectionVerifierOptions> = {
  ...OTHER_CLAIMS,
  ...PLAIN_HTTP_OPTIONS,
  issuer: 'required',
  introspectionEndpoint: 'optional',
  clientId: 'required',
  client: 'required',
  tolerance: 'optional',
  assumeAudience: 'optional',
  fetch: 'optional',
  now: 'optional',
  deadline: 'optional',
  cache: 'optional',
}

/**
 * Makes a verifier for the opaque access tokens of one issuer. It fetches nothing before the first
 * token.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is
 *   empty.
 *
 * @example
 * ```ts
 * const verifier = introspectionVerifier({
 *   issuer: 'https://login.example',
 *   clientId: 'api',
 *   client: clientSecretBasic(secret),
 * })
 * ```
 */
export function introspectionVerifier(options: IntrospectionVerifierOptions): TokenVerifier {
  checkOptions('introspectionVerifier', '', options, INTROSPECTION_VERIFIER_OPTIONS)
  checkCache('introspectionVerifier', options.cache)
  const {
    issuer,
    introspectionEndpoint,
    clientId,
    client,
    tolerance = 30,
    assumeAudience = false,
    cache = {},
  } = options
  const { fetch = globalThis.fetch, now = Date.now, deadline = 5000 } = options
  const allowsHttp = allowedHttp(options)
  if (introspectionEndpoint !== undefined)
    checkEndpoint('introspectionEndpoint', introspectionEndpoint, allowsHttp)
  if (clientId === '') throw new TypeError('clientId must not be empty')
  const metadata = discoverAuthorizationServer({ issuer, fetch, now, deadline, allowsHttp })

  async function send(credential: Credential, signal: AbortSignal): Promise<Result<JsonAnswer>> {
    let endpoint = introspectionEndpoint
    if (endpoint === undefined) {
      const server = await metadata.current({ signal })
      if (!server.ok) return server
      const found = endpointOf(server.value, 'introspection_endpoint', 'introspectionEndpoint')
      if (!found.ok) return found
      endpoint = found.value
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
      const asked = judgeNamedIssuer(credential, issuer)
      if (!asked.ok) return asked
      const ended = await withDeadline(deadline, signal, (inTime) => send(credential, inTime))
      if (!ended.ok) return ended
      const answer = ended.value
      if (!answer.ok) return answer
      return judgeIntrospection(answer.value, issuer, {
        ...dialectOf(options),
        issuer,
        audience,
        assumeAudience,
        nowSeconds: now() / 1000,
        toleranceSeconds: tolerance,
        keyThumbprint,
      })
    },
  }
  if (cache === false) return verifier
  return cachedVerifier(verifier, {
    maxAge: MAX_AGE_SECONDS,
    ...cache,
    now,
    digest: (text) => hash('sha256', text),
  })
}

/**
 * Judges an introspection response (RFC 7662 section 2.2), from the status and the parsed body
 * alone.
 */
function judgeIntrospection(
  { status, json }: JsonAnswer,
  issuer: string,
  rules: ClaimRules,
): Result<VerifiedToken> {
  // The server refused our own client authentication. This says nothing about the token.
  if (status === 401 || status === 403) return refused('exchange_client_refused')
  if (status !== 200 || !isObject(json)) return refused('issuer_unavailable')
  if (json.active === false) return refused('token_inactive')
  if (json.active !== true) return refused('issuer_unavailable')
  // A refresh token is "active" too. A token that is bound to a key must not pass as a bearer token
  // (RFC 9449 section 7.1).
  const { token_type } = json
  const types =
    rules.keyThumbprint === undefined ? /^(?:bearer|access_token)$/i : /^(?:dpop|access_token)$/i
  if (token_type !== undefined && !(typeof token_type === 'string' && types.test(token_type))) {
    return differs(
      'type_refused',
      [rules.keyThumbprint === undefined ? 'Bearer' : 'DPoP'],
      token_type,
      'token_type',
    )
  }
  const other = [json.typ, json.token_use].find(isOtherKind)
  if (other !== undefined) return differs('type_refused', ['an access token'], other, 'typ')
  // `iss` is optional: the answer came from this issuer's own endpoint. When it is there, it must
  // match.
  return validateClaims({ iss: issuer, ...json }, rules)
}

/**
 * Whether a claim names another kind of token: `typ` at Keycloak, `token_use` at Hydra. A live refresh
 * token or ID token is "active" as well, and many servers answer `Bearer` or no type for it.
 */
function isOtherKind(kind: unknown): boolean {
  return typeof kind === 'string' && OTHER_KINDS.test(kind)
}

const OTHER_KINDS = /^(?:id|refresh|offline|logout)(?:[_+-]?(?:token|jwt))?$/i
