// Back-channel logout (OpenID Connect Back-Channel Logout 1.0): the issuer tells the app by itself
// that somebody has signed out, so that what runs in their name ends at once.

import { type AuditSink, createAuditor, outcomeOf } from '../core/audit.ts'
import type { Refusal, Result } from '../core/errors.ts'
import { isFailure, refused } from '../core/errors.ts'
import { readBytes } from '../core/http/bounded-body.ts'
import { checkEndpoint } from '../core/http/endpoint.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isFunction, isTextOrTexts } from '../core/option-values.ts'
import { allowedHttp, PLAIN_HTTP_OPTIONS, type PlainHttpOptions } from '../core/plain-http.ts'
import { detailsOf } from '../core/refusal-details.ts'
import type { EndedSignIn } from '../core/sign-ins.ts'
import { traceOf } from '../core/trace.ts'
import { issuerKeys } from './key-set.ts'
import { type LogoutToken, verifyLogoutToken } from './logout-token.ts'

/** Options of {@link backChannelLogout}. */
export interface BackChannelLogoutOptions extends PlainHttpOptions {
  /** The issuer identifier, exactly as its tokens spell it. */
  readonly issuer: string
  /** Where its keys are. Default: as its metadata says, on its own origin. */
  readonly jwksUri?: string
  /** The client id, or ids, that people sign in with: the audience of logout tokens. */
  readonly clientId: string | readonly string[]
  /**
   * Ends the sign-in: `onbehalf.endSignIn`, and the app's own session. When it throws, the issuer is
   * told so and may send the token again.
   */
  readonly onLogout: (ended: EndedSignIn) => void | Promise<void>
  /** Records each logout token, taken or refused. Default: nobody does. */
  readonly audit?: AuditSink
  /** Signature algorithms to accept. Default ES256, RS256, PS256, EdDSA. */
  readonly algorithms?: readonly string[]
  /** How far two clocks may differ, in seconds. Default 30. */
  readonly tolerance?: number
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that a request to the issuer, or the body of one, may take. Default 5,000. */
  readonly deadline?: number
}

const DEFAULT_ALGORITHMS: readonly string[] = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519']

/** Every option of the factory. A new one does not compile until it is here. */
const BACK_CHANNEL_LOGOUT_OPTIONS: OptionNames<BackChannelLogoutOptions> = {
  ...PLAIN_HTTP_OPTIONS,
  issuer: 'required',
  jwksUri: 'optional',
  clientId: 'required',
  onLogout: 'required',
  audit: 'optional',
  algorithms: 'optional',
  tolerance: 'optional',
  fetch: 'optional',
  now: 'optional',
  deadline: 'optional',
}

/**
 * Makes the handler for the app's `backchannel_logout_uri`. It fetches nothing before the first
 * logout token. A token that was taken is not taken again.
 *
 * @returns A handler that answers 200 for a sign-in that ended; 400 for anything else that was sent;
 *   503 when the token could not be judged, or the sign-in not be ended.
 * @throws TypeError that names the setting.
 *
 * @example
 * ```ts
 * const handler = backChannelLogout({
 *   issuer: 'https://login.example',
 *   clientId: 'app',
 *   onLogout: (ended) => onbehalf.endSignIn(ended),
 * })
 * ```
 */
export function backChannelLogout(
  options: BackChannelLogoutOptions,
): (request: Request) => Promise<Response> {
  checkOptions('backChannelLogout', '', options, BACK_CHANNEL_LOGOUT_OPTIONS, {
    clientId: isTextOrTexts,
    onLogout: isFunction('it ends the sign-in: (ended) => onbehalf.endSignIn(ended)'),
  })
  const { issuer, jwksUri, onLogout, audit, algorithms = DEFAULT_ALGORITHMS } = options
  const { fetch = globalThis.fetch, now = Date.now, deadline = 5000, tolerance = 30 } = options
  const clientIds = typeof options.clientId === 'string' ? [options.clientId] : options.clientId
  if (!clientIds || clientIds.length === 0 || clientIds.includes(''))
    throw new TypeError('clientId must name the client that people sign in with')
  if (algorithms.length === 0 || !algorithms.every((name) => /^(?:[REP]S|Ed|ML-DSA)/.test(name)))
    throw new TypeError('algorithms must name asymmetric signature algorithms only')
  const allowsHttp = allowedHttp(options)
  if (jwksUri !== undefined) checkEndpoint('jwksUri', jwksUri, allowsHttp)
  const times = { cooldownSeconds: 3, freshSeconds: 600, staleSeconds: 3600, deadlineMs: deadline }
  const findKey = issuerKeys({ issuer, jwksUri, allowsHttp, fetch, now, ...times })
  const auditor = audit && createAuditor(audit, { now })
  const used = usedTokens()

  async function end(request: Request): Promise<Result<LogoutToken>> {
    const text = await readLogoutToken(request, deadline)
    if (text === undefined) return refused('token_malformed')
    const rules = { issuer, clientIds, algorithms, now: now() / 1000, toleranceSeconds: tolerance }
    const token = await verifyLogoutToken(text, rules, findKey, request.signal)
    if (!token.ok) return token
    const { tokenId, usableUntil, ended } = token.value
    if (!used.add(tokenId, usableUntil, rules.now))
      return refused('proof_replayed', { claim: 'jti' })
    try {
      await onLogout(ended)
      return token
    } catch {
      // The issuer may send it again. The error may quote anything, so it ends here.
      used.forget(tokenId)
      return refused('server_unavailable')
    }
  }

  return async (request) => {
    if (request.method !== 'POST')
      return new Response(null, { status: 405, headers: { allow: 'POST' } })
    const result = await end(request)
    const { subject, sessionId } = result.ok ? result.value.ended : {}
    await auditor?.({
      hop: 'door',
      trace: traceOf(request.headers),
      outcome: outcomeOf(result.ok ? undefined : result.refusal.reason),
      ...(result.ok ? {} : { reason: result.refusal.reason, ...detailsOf(result.refusal) }),
      ...(subject === undefined ? {} : { principal: { issuer, subject } }),
      destination: issuer,
      operation:
        subject === undefined && sessionId !== undefined ? 'logout of a session' : 'logout',
    }).catch(() => {})
    return result.ok ? answer(200) : answerTo(result.refusal)
  }
}

function answer(status: number, body?: Readonly<Record<string, string>>): Response {
  const headers = { 'cache-control': 'no-store' }
  return body ? Response.json(body, { status, headers }) : new Response(null, { status, headers })
}

/** Section 2.8. What is wrong with a token is the same text for every reason. */
function answerTo({ reason }: Refusal): Response {
  return isFailure(reason)
    ? answer(503, { error: 'temporarily_unavailable' })
    : answer(400, {
        error: 'invalid_request',
        error_description: 'The logout token is not valid here.',
      })
}

const MAX_BODY_BYTES = 64 * 1024

/** Reads the one `logout_token` of the form (section 2.5). */
async function readLogoutToken(request: Request, deadlineMs: number): Promise<string | undefined> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return undefined
  const bytes = await readBytes(request, { maxBytes: MAX_BODY_BYTES, deadlineMs })
  if (!bytes.ok) return undefined
  const form = new URLSearchParams(new TextDecoder().decode(bytes.value))
  const [token, ...more] = form.getAll('logout_token')
  return more.length === 0 ? token : undefined
}

/** More tokens at one time are refused: they live for two minutes, and few people sign out in them. */
const MAX_TOKENS = 100_000

/** The tokens that were taken, for as long as each could be sent again. */
function usedTokens(): {
  add(tokenId: string, until: number, now: number): boolean
  forget(tokenId: string): void
} {
  const used = new Map<string, number>()
  return {
    add(tokenId, until, now) {
      if (used.has(tokenId)) return false
      if (used.size >= MAX_TOKENS)
        for (const [known, end] of used) if (end <= now) used.delete(known)
      if (used.size >= MAX_TOKENS) return false
      used.set(tokenId, until)
      return true
    },
    forget: (tokenId) => void used.delete(tokenId),
  }
}
