// Verifies JWT access tokens (RFC 9068 section 4). It accepts an ID token only where the operator
// named its client, and never trusts a key or an algorithm because the token names it.

import { hash } from 'node:crypto'
import type { Credential } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { checkEndpoint } from '../core/http/endpoint.ts'
import { isObject } from '../core/json.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isTextOrTexts } from '../core/option-values.ts'
import { allowedHttp, PLAIN_HTTP_OPTIONS, type PlainHttpOptions } from '../core/plain-http.ts'
import {
  CLAIM_DIALECT_OPTIONS,
  type ClaimDialect,
  dialectOf,
} from '../core/verify/claim-dialect.ts'
import { listOf } from '../core/verify/claims.ts'
import { cachedVerifier, checkCache } from '../core/verify/verified-cache.ts'
import { type TokenVerifier, type VerifiedToken, validateClaims } from '../core/verify/verify.ts'
import { issuerKeys } from './key-set.ts'
import { signatureVerifier } from './signature.ts'
import { tokenKinds } from './token-kinds.ts'

/** Those that issuers use (RFC 7518 section 3.1, RFC 8037, RFC 9864). */
const DEFAULT_ALGORITHMS: readonly string[] = [
  ...['ES256', 'ES384', 'ES512'],
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['EdDSA', 'Ed25519'],
]

/**
 * The asymmetric algorithms that jose implements (RFC 7518 section 3.1, RFC 8037, RFC 9864, ML-DSA
 * for JOSE).
 */
export const ASYMMETRIC: RegExp =
  /^(?:(?:ES|RS|PS)(?:256|384|512)|EdDSA|Ed25519|ML-DSA-(?:44|65|87))$/

/** Options of {@link jwtVerifier}. */
export interface JwtVerifierOptions extends ClaimDialect, PlainHttpOptions {
  /**
   * The issuer identifier, exactly as the `iss` claim spells it. Several, where one set of keys signs
   * for all of them, such as the tenants of one provider.
   */
  readonly issuer: string | readonly string[]
  /**
   * URL of the issuer's keys. Default: the one in the metadata of the (first) issuer, which must have
   * its own origin.
   */
  readonly jwksUri?: string
  /**
   * Signature algorithms to accept. Only asymmetric ones are allowed. Default: those of the families
   * `ES`, `RS` and `PS`, `EdDSA` and `Ed25519`.
   */
  readonly algorithms?: readonly string[]
  /** Seconds of leeway for clocks that differ. Default 30. */
  readonly tolerance?: number
  /**
   * Takes ID tokens of these clients beside access tokens, by the rules of OpenID Connect Core 1.0
   * section 3.1.3.7. Their audience is the client, so the door's own audience does not apply to them.
   * Default: none, and an ID token is refused.
   *
   * An ID token says who signed in at the client. It was not issued for an API: it holds no scopes,
   * and everybody who has it can be that person at every service that takes it. Use it only where the
   * app has no access token to send.
   */
  readonly idTokensFor?: string | readonly string[]
  /**
   * Accepts tokens whose `typ` is `JWT` or missing, for issuers that do not follow RFC 9068. Default
   * false. The presets of onbehalf/issuers need no such option: they know the marks of an access token
   * at each issuer (`accessTokenMarks`).
   *
   * Warning: without the type, an ID token and an access token differ only in their claims. These
   * are still checked: a token is refused when it has `nonce`, `at_hash`, `c_hash`, `s_hash` or
   * `events`, a `typ` claim other than `Bearer` or `DPoP`, or neither scopes nor `client_id`. Its
   * audience must be the resource. An ID token's audience is the client, so do not give a resource
   * and a client the same name.
   */
  readonly insecurelyAcceptUntypedTokens?: boolean
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /**
   * An unknown `kid` makes a request for the keys: three at once, and then one in so many seconds, so
   * that forged tokens can neither flood the issuer nor hide a new key. Default 3.
   */
  readonly cooldown?: number
  /** Seconds for which the keys are fresh. Default 600. */
  readonly maxAge?: number
  /** Seconds for which older keys serve while the issuer is down. Default 3,600. */
  readonly staleFor?: number
  /** Milliseconds that one request to the issuer may take. Default 5,000. */
  readonly deadline?: number
  /**
   * Bounds of the memory of verified tokens: how many (`maxEntries`, default 10,000), and seconds
   * for each (`maxAge`, default 60). False for no memory.
   */
  readonly cache?: { readonly maxEntries?: number; readonly maxAge?: number } | false
}

/** Every option of the factory. A new one does not compile until it is here. */
const JWT_VERIFIER_OPTIONS: OptionNames<JwtVerifierOptions> = {
  ...CLAIM_DIALECT_OPTIONS,
  ...PLAIN_HTTP_OPTIONS,
  issuer: 'required',
  jwksUri: 'optional',
  algorithms: 'optional',
  tolerance: 'optional',
  idTokensFor: 'optional',
  insecurelyAcceptUntypedTokens: 'optional',
  fetch: 'optional',
  now: 'optional',
  cooldown: 'optional',
  maxAge: 'optional',
  staleFor: 'optional',
  deadline: 'optional',
  cache: 'optional',
}

/**
 * Makes a verifier for the JWT access tokens of one issuer. Nothing is fetched before the first
 * token.
 *
 * @throws TypeError when the issuer or an endpoint is not https (or loopback), or an algorithm is
 *   symmetric, `none` or unknown.
 *
 * @example
 * ```ts
 * const verifier = jwtVerifier({ issuer: 'https://login.example' })
 * const verified = await verifier.verify(credential, 'https://app.example/chat')
 * ```
 */
export function jwtVerifier(options: JwtVerifierOptions): TokenVerifier {
  checkOptions('jwtVerifier', '', options, JWT_VERIFIER_OPTIONS, { issuer: isTextOrTexts })
  checkCache('jwtVerifier', options.cache)
  const { jwksUri, algorithms = DEFAULT_ALGORITHMS, tolerance = 30, cache = {} } = options
  const { fetch = globalThis.fetch, now = Date.now } = options
  const { cooldown = 3, maxAge = 600, staleFor = 3600, deadline = 5000 } = options
  const issuer = listOf(options.issuer)
  const [first = ''] = issuer
  if (algorithms.length === 0 || !algorithms.every((name) => ASYMMETRIC.test(name))) {
    throw new TypeError(
      'algorithms must name asymmetric signature algorithms only: no HS256 and its kin, never none (RFC 8725 section 3.1)',
    )
  }
  const allowsHttp = allowedHttp(options)
  if (jwksUri !== undefined) checkEndpoint('jwksUri', jwksUri, allowsHttp)
  const findKey = issuerKeys({
    issuer: first,
    jwksUri,
    allowsHttp,
    fetch,
    now,
    cooldownSeconds: cooldown,
    freshSeconds: maxAge,
    staleSeconds: staleFor,
    deadlineMs: deadline,
  })
  const kinds = tokenKinds(options)
  const verifySignature = signatureVerifier({
    algorithms: [...algorithms],
    untyped: kinds.untyped,
    findKey,
  })

  const verifier: TokenVerifier = {
    async verify(
      credential: Credential,
      audience: string | readonly string[],
      { signal, keyThumbprint } = {},
    ): Promise<Result<VerifiedToken>> {
      const signed = await verifySignature(credential.reveal(), signal)
      if (!signed.ok) return signed
      const claims = parseClaims(signed.value.payload)
      if (!claims.ok) return claims
      const kind = signed.value.untyped ? kinds.judge(claims.value) : granted({})
      if (!kind.ok) return kind
      return validateClaims(claims.value, {
        ...dialectOf(options),
        issuer,
        audience,
        nowSeconds: now() / 1000,
        toleranceSeconds: tolerance,
        keyThumbprint,
        ...kind.value,
      })
    },
  }
  return cache === false
    ? verifier
    : cachedVerifier(verifier, { ...cache, now, digest: (text) => hash('sha256', text) })
}

/** Gives the claims in a payload whose signature was verified. */
function parseClaims(payload: Uint8Array): Result<Readonly<Record<string, unknown>>> {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    if (isObject(claims)) return granted(claims)
  } catch {
    // JSON.parse quotes the payload in its error, so the error is dropped.
  }
  return refused('token_malformed')
}
