// Verifies JWT access tokens (RFC 9068 section 4). It never takes an ID token, and never a key or
// an algorithm that the token names.

import { hash } from 'node:crypto'
import { type CryptoKey, compactVerify, decodeProtectedHeader, errors } from 'jose'
import type { Credential } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { checkEndpoint } from '../core/http/authorization-server.ts'
import { cachedVerifier } from '../core/verify/verified-cache.ts'
import { type TokenVerifier, type VerifiedToken, validateClaims } from '../core/verify/verify.ts'
import { issuerKeys, type KeyHint } from './key-set.ts'
import { bearsAccessTokenMarks } from './untyped.ts'

const DEFAULT_ALGORITHMS: readonly string[] = ['ES256', 'RS256', 'PS256', 'EdDSA']

/**
 * The asymmetric algorithms that jose implements (RFC 7518 section 3.1, RFC 8037, RFC 9864, ML-DSA
 * for JOSE).
 */
export const ASYMMETRIC: RegExp =
  /^(?:(?:ES|RS|PS)(?:256|384|512)|EdDSA|Ed25519|ML-DSA-(?:44|65|87))$/

/**
 * Characters; more than any HTTP server takes in a header, and few enough to hash and decode
 * without thought.
 */
const LONGEST_TOKEN = 16 * 1024

const LONGEST_KEY_ID = 256

/** Options of {@link jwtVerifier}. */
export interface JwtVerifierOptions {
  /** The issuer identifier, exactly as the `iss` claim spells it. */
  readonly issuer: string
  /** Where the issuer's keys are. Default: as its metadata says, on its own origin. */
  readonly jwksUri?: string
  /**
   * Signature algorithms to accept; asymmetric ones only. Default `ES256`, `RS256`, `PS256`,
   * `EdDSA`.
   */
  readonly algorithms?: readonly string[]
  /** Leeway for clocks that differ, in seconds. Default 30. */
  readonly tolerance?: number
  /**
   * The claim that names the tenant, where one issuer serves several organisations. Default: none.
   */
  readonly tenantClaim?: string
  /**
   * Takes tokens whose `typ` is `JWT` or missing, for issuers that do not follow RFC 9068. Default
   * false.
   *
   * Warning: without the type, an ID token and an access token differ only in their claims. What
   * remains is then checked here: a token with `nonce`, `at_hash`, `c_hash`, `s_hash` or `events`,
   * with a `typ` claim other than `Bearer`, or with neither `scope` nor `client_id`, is refused,
   * and its audience must be the resource, which an ID token's (the client) is not, unless resource
   * and client share one name.
   */
  readonly insecurelyAcceptUntypedTokens?: boolean
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /**
   * Seconds after one request for the keys in which an unknown `kid` makes no other. Default 30.
   */
  readonly cooldown?: number
  /** Seconds for which the keys are fresh. Default 600. */
  readonly maxAge?: number
  /** Seconds for which older keys serve while the issuer is down. Default 3,600. */
  readonly staleFor?: number
  /** Milliseconds that one request to the issuer may take. Default 5,000. */
  readonly deadline?: number
  /**
   * Bounds of the memory of verified tokens (default 10,000 tokens, 60 seconds each), or false for
   * none.
   */
  readonly cache?: { readonly maxEntries?: number; readonly maxAge?: number } | false
}

/**
 * Makes a verifier for the JWT access tokens of one issuer. Nothing is fetched before the first
 * token.
 *
 * @throws TypeError when the issuer or an endpoint is not https (or loopback), or an algorithm is
 *   symmetric, `none` or unknown.
 */
export function jwtVerifier(options: JwtVerifierOptions): TokenVerifier {
  const {
    issuer,
    jwksUri,
    algorithms = DEFAULT_ALGORITHMS,
    tolerance = 30,
    tenantClaim,
    cache = {},
  } = options
  const {
    insecurelyAcceptUntypedTokens: untyped = false,
    fetch = globalThis.fetch,
    now = Date.now,
  } = options
  const { cooldown = 30, maxAge = 600, staleFor = 3600, deadline = 5000 } = options
  if (algorithms.length === 0 || !algorithms.every((name) => ASYMMETRIC.test(name))) {
    throw new TypeError(
      'algorithms must name asymmetric signature algorithms only: no HS256 and its kin, never none (RFC 8725 section 3.1)',
    )
  }
  if (jwksUri !== undefined) checkEndpoint('jwksUri', jwksUri)
  const accepted = [...algorithms]
  const findKey = issuerKeys({
    issuer,
    jwksUri,
    fetch,
    now,
    cooldownSeconds: cooldown,
    freshSeconds: maxAge,
    staleSeconds: staleFor,
    deadlineMs: deadline,
  })

  const verifier: TokenVerifier = {
    async verify(
      credential: Credential,
      audience: string,
      { signal, keyThumbprint } = {},
    ): Promise<Result<VerifiedToken>> {
      const text = credential.reveal()
      const header = judgeHeader(text, accepted, untyped)
      if (!header.ok) return header
      const key = await findKey(header.value, signal)
      if (!key.ok) return key
      const claims = await verifiedClaims(text, key.value, header.value.alg)
      if (!claims.ok) return claims
      if (header.value.untyped && !bearsAccessTokenMarks(claims.value))
        return refused('type_refused')
      return validateClaims(claims.value, {
        issuer,
        audience,
        nowSeconds: now() / 1000,
        toleranceSeconds: tolerance,
        tenantClaim,
        keyThumbprint,
      })
    },
  }
  return cache === false
    ? verifier
    : cachedVerifier(verifier, { ...cache, now, digest: (text) => hash('sha256', text) })
}

/** What a header says, once it may be acted on. */
interface JudgedHeader extends KeyHint {
  /** Whether the type leaves open that this is no access token. */
  readonly untyped: boolean
}

/** Judges the protected header before any key is looked for. */
function judgeHeader(
  text: string,
  accepted: readonly string[],
  untyped: boolean,
): Result<JudgedHeader> {
  // Three parts: a JWE has five. An unsecured token's last part is empty, and its algorithm is
  // refused below.
  if (text.length > LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text))
    return refused('token_malformed')
  let header: ReturnType<typeof decodeProtectedHeader>
  try {
    header = decodeProtectedHeader(text)
  } catch {
    return refused('token_malformed')
  }
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || !accepted.includes(alg)) return refused('algorithm_refused')
  // No extension is understood here, so none may be critical (RFC 7515 section 4.1.11); `b64` (RFC
  // 7797) would change what was signed.
  if ('crit' in header || 'b64' in header) return refused('token_malformed')
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ
  const typed = type === 'at+jwt'
  if (!typed && !(untyped && (type === 'jwt' || type === undefined))) return refused('type_refused')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > LONGEST_KEY_ID))
    return refused('token_malformed')
  return granted({ alg, kid, untyped: !typed })
}

/** The claims, after the signature held. */
async function verifiedClaims(
  text: string,
  key: CryptoKey,
  alg: string,
): Promise<Result<Readonly<Record<string, unknown>>>> {
  let payload: Uint8Array
  try {
    payload = (await compactVerify(text, key, { algorithms: [alg] })).payload
  } catch (error) {
    return refused(error instanceof errors.JWSInvalid ? 'token_malformed' : 'signature_invalid')
  }
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims))
      return granted(claims as Record<string, unknown>)
  } catch {
    // JSON.parse quotes the payload in its message, so nothing of the failure is kept.
  }
  return refused('token_malformed')
}
