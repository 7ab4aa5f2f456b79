// Verifies opaque access tokens where the issuer has no introspection: by its userinfo endpoint
// (OpenID Connect Core 1.0 section 5.3), or by one of its own that says whose a token is.

import { hash } from 'node:crypto'
import type { Credential } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { discoverAuthorizationServer } from '../core/http/authorization-server.ts'
import { type BoundedRequest, fetchJson, type JsonAnswer } from '../core/http/bounded-json.ts'
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
import { type Claims, claimAt } from '../core/verify/claims.ts'
import { judgeNamedIssuer } from '../core/verify/read-issuer.ts'
import { cachedVerifier, checkCache } from '../core/verify/verified-cache.ts'
import {
  type ClaimRules,
  differs,
  type TokenVerifier,
  type VerifiedToken,
  validateClaims,
} from '../core/verify/verify.ts'
import type { ClientAuthentication } from './client-authentication.ts'

/** How long an answer is remembered by default. Short, so that an ended sign-in is seen soon. */
const MAX_AGE_SECONDS = 10

/** How long a token counts as valid when the answer does not say, from the answer on. */
const ASSUMED_LIFE_SECONDS = 300

/** An endpoint that says whose a token is: data, and no code. */
export interface TokenCheck {
  /** Default: the userinfo endpoint of the issuer's metadata. */
  readonly url?: string
  /** Default `GET`. */
  readonly method?: 'GET' | 'POST'
  /** The member of a JSON body that the token goes into. Default: it goes as `Authorization: Bearer`. */
  readonly bodyMember?: string
  /** The members of the answer that are read; the others are dropped. Default: all. */
  readonly members?: readonly string[]
  /** The claim that says when the token expires: in seconds, or as a date. Default `exp`. */
  readonly expiryClaim?: string
}

/** Options of {@link userinfoVerifier}. */
export interface UserinfoVerifierOptions
  extends Omit<ClaimDialect, 'accessTokenMarks'>,
    PlainHttpOptions {
  /** The issuer identifier of the authorization server. */
  readonly issuer: string
  /** Default: as the issuer's metadata says, on its own origin. */
  readonly userinfoEndpoint?: string
  /**
   * Must be true for a userinfo endpoint, which does not say whom a token was issued to. Every live
   * access token of the issuer then counts as one for this app, also one that another client got. So
   * use it only where all clients of the issuer are your own.
   */
  readonly assumeAudience?: boolean
  /** For an endpoint that is no userinfo endpoint. Default: none. */
  readonly check?: TokenCheck
  /** This app as a client, where the endpoint wants to know who asks. Default: it does not. */
  readonly clientId?: string
  readonly client?: ClientAuthentication
  /** How far two clocks may differ, in seconds. Default 30. */
  readonly tolerance?: number
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one request to the issuer may take. Default 5,000. */
  readonly deadline?: number
  /**
   * Bounds of the memory of verified tokens, or false for none. `maxAge` is in seconds. Default:
   * 10,000 tokens, 10 seconds each; a token whose sign-in has ended works that long.
   */
  readonly cache?: { readonly maxEntries?: number; readonly maxAge?: number } | false
}

const { accessTokenMarks: _, ...OTHER_CLAIMS } = CLAIM_DIALECT_OPTIONS

/** Every option of the factory. A new one does not compile until it is here. */
const USERINFO_VERIFIER_OPTIONS: OptionNames<UserinfoVerifierOptions> = {
  ...OTHER_CLAIMS,
  ...PLAIN_HTTP_OPTIONS,
  issuer: 'required',
  userinfoEndpoint: 'optional',
  assumeAudience: 'optional',
  check: 'optional',
  clientId: 'optional',
  client: 'optional',
  tolerance: 'optional',
  fetch: 'optional',
  now: 'optional',
  deadline: 'optional',
  cache: 'optional',
}

/** Every member of `check`. A new one does not compile until it is here. */
const TOKEN_CHECK: OptionNames<TokenCheck> = {
  url: 'optional',
  method: 'optional',
  bodyMember: 'optional',
  members: 'optional',
  expiryClaim: 'optional',
}

/**
 * Makes a verifier for the opaque access tokens of an issuer that has a userinfo endpoint. It fetches
 * nothing before the first token. A token whose life the answer does not tell counts as valid for five
 * minutes, and is asked about again after the memory's time.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or when
 *   `assumeAudience` is missing although the endpoint does not say whom a token is for.
 *
 * @example
 * ```ts
 * const verifier = userinfoVerifier({ issuer: 'https://login.example', assumeAudience: true })
 * ```
 */
export function userinfoVerifier(options: UserinfoVerifierOptions): TokenVerifier {
  checkOptions('userinfoVerifier', '', options, USERINFO_VERIFIER_OPTIONS)
  checkCache('userinfoVerifier', options.cache)
  if (options.check !== undefined)
    checkOptions('userinfoVerifier', 'check', options.check, TOKEN_CHECK)
  const { issuer, check = {}, assumeAudience = false, tolerance = 30, cache = {} } = options
  const { fetch = globalThis.fetch, now = Date.now, deadline = 5000 } = options
  const named = options.userinfoEndpoint ?? check.url
  const allowsHttp = allowedHttp(options)
  if (named !== undefined) checkEndpoint('userinfoEndpoint', named, allowsHttp)
  if (!assumeAudience && options.audienceClaim === undefined)
    throw new TypeError(
      'assumeAudience must be true: a userinfo endpoint does not say whom a token is for, so every live token of the issuer is taken (or name the audienceClaim that its answer has)',
    )
  const metadata = discoverAuthorizationServer({ issuer, fetch, now, deadline, allowsHttp })

  async function endpointNow(signal: AbortSignal | undefined): Promise<Result<string>> {
    if (named !== undefined) return granted(named)
    const server = await metadata.current({ signal })
    return server.ok ? endpointOf(server.value, 'userinfo_endpoint', 'userinfoEndpoint') : server
  }

  async function send(
    credential: Credential,
    signal: AbortSignal | undefined,
  ): Promise<Result<JsonAnswer>> {
    const endpoint = await endpointNow(signal)
    if (!endpoint.ok) return endpoint
    return fetchJson(endpoint.value, await requestFor(credential, options, now), {
      fetch,
      deadline,
      signal,
    })
  }

  const verifier: TokenVerifier = {
    async verify(
      credential,
      audience,
      { signal, keyThumbprint } = {},
    ): Promise<Result<VerifiedToken>> {
      const asked = judgeNamedIssuer(credential, issuer)
      if (!asked.ok) return asked
      const answer = await send(credential, signal)
      if (!answer.ok) return answer
      return judgeUserinfo(answer.value, options, {
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

/** The request: the token in its place, and who asks. */
async function requestFor(
  credential: Credential,
  { issuer, check = {}, clientId, client }: UserinfoVerifierOptions,
  now: () => number,
): Promise<BoundedRequest> {
  const { method = 'GET', bodyMember } = check
  const token = credential.reveal()
  const headers = new Headers({ accept: 'application/json' })
  if (client && clientId !== undefined)
    await client({ issuer, clientId, now: now() / 1000, body: new URLSearchParams(), headers })
  if (bodyMember === undefined) headers.set('authorization', `Bearer ${token}`)
  else headers.set('content-type', 'application/json')
  return {
    method,
    headers: Object.fromEntries(headers),
    ...(bodyMember === undefined ? {} : { body: JSON.stringify({ [bodyMember]: token }) }),
  }
}

/** Judges an answer, from the status and the parsed body alone. */
function judgeUserinfo(
  { status, json }: JsonAnswer,
  { check: { expiryClaim = 'exp', members } = {}, client: asClient }: UserinfoVerifierOptions,
  rules: ClaimRules,
): Result<VerifiedToken> {
  if (status === 401 && asClient) return refused('exchange_client_refused')
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    return differs('token_inactive', ['status 200'], `status ${status}`)
  if (status !== 200) return refused('issuer_unavailable')
  if (!isObject(json)) return differs('claim_missing', ['a JSON object'], undefined, 'sub')
  // The answer says nothing of a key that the token is bound to.
  if (rules.keyThumbprint !== undefined) return refused('claim_invalid', { claim: 'cnf' })
  // GitHub repeats the token in its answer, and claims hold no secret.
  const claims = members
    ? Object.fromEntries(Object.entries(json).filter(([name]) => members.includes(name)))
    : json
  const { subjectClaim = 'sub' } = rules
  const subject = claimAt(claims, subjectClaim)
  const [issuer = ''] = [rules.issuer].flat()
  return validateClaims(
    {
      ...claims,
      iss: issuer,
      sub: typeof subject === 'number' && Number.isSafeInteger(subject) ? `${subject}` : subject,
      exp: expiryOf(claims, expiryClaim) ?? rules.nowSeconds + ASSUMED_LIFE_SECONDS,
    },
    { ...rules, subjectClaim: 'sub' },
  )
}

/** A time in seconds, as a number, as a number in a text, or as a date. */
function expiryOf(claims: Claims, name: string): number | undefined {
  const value = claimAt(claims, name)
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  if (/^\d{1,12}$/.test(value)) return Number(value)
  const time = Date.parse(value)
  // A time that nobody can read must not become five more minutes.
  return Number.isNaN(time) ? 0 : time / 1000
}
