// Decides who may exchange which token for which other one (RFC 8693). It verifies no signature and
// issues no token.

/** One allowed exchange. The policy refuses what no rule allows. */
export interface ExchangeRule {
  /** The client that may exchange. It becomes the actor. */
  readonly client: string
  /**
   * The audience that the subject token must have. It is the client's own resource, so that no
   * client can exchange the tokens of another.
   */
  readonly subjectAudience: string
  /** The resource that the new token is for. */
  readonly target: string
  /** The most scopes that the new token may have. */
  readonly scopes: readonly string[]
  /** The longest life of the new token. Default 300 seconds. */
  readonly lifetimeSeconds?: number
}

/** The `act` claim (RFC 8693 section 4.1). */
export interface ActClaim {
  readonly sub: string
  readonly act?: ActClaim | undefined
}

/** The claims of a subject token whose signature, type, issuer and grant are verified. */
export interface SubjectToken {
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly act?: ActClaim
}

/** The parameters of a token exchange request (RFC 8693 section 2.1) without the subject token. */
export interface ExchangeRequest {
  readonly subjectTokenType?: string | undefined
  readonly requestedTokenType?: string | undefined
  readonly hasActorToken: boolean
  /** Every `resource` and `audience` parameter. */
  readonly targets: readonly string[]
  readonly scope?: string | undefined
}

/** The error codes of RFC 6749 section 5.2 and RFC 8693 section 2.2.2 that a refusal may have. */
export type ExchangeError =
  | 'invalid_request'
  | 'invalid_grant'
  | 'invalid_target'
  | 'invalid_scope'
  | 'unauthorized_client'

/** The token that may be issued, or the error for the client. */
export type ExchangeDecision =
  | {
      readonly ok: true
      readonly target: string
      readonly scopes: readonly string[]
      readonly lifetimeSeconds: number
      readonly act: ActClaim
    }
  | { readonly ok: false; readonly error: ExchangeError; readonly description: string }

/** The identifier of access tokens (RFC 8693 section 3). */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

/** The longest life of an exchanged token. */
const MAX_LIFETIME_SECONDS = 300

/** One request for an exchange, with all that the decision depends on. */
export interface ExchangeCase {
  /** The authenticated client. */
  readonly client: string
  readonly request: ExchangeRequest
  /** Undefined when the subject token is not a live access token of this issuer. */
  readonly subject: SubjectToken | undefined
  /** Seconds since the epoch. */
  readonly now: number
}

/**
 * Decides one exchange. The checks come in an order in which a client learns nothing about a token
 * that it may not exchange.
 */
export function decideExchange(
  rules: readonly ExchangeRule[],
  { client, request, subject, now }: ExchangeCase,
): ExchangeDecision {
  const own = rules.filter((rule) => rule.client === client)
  if (own.length === 0) return refuse('unauthorized_client', 'this client may not exchange tokens')
  const malformed = judgeRequest(request)
  if (malformed) return refuse('invalid_request', malformed)
  const left = subject ? Math.floor(subject.expiresAt - now) : 0
  // A token with several audiences belongs to no single client, so nobody may exchange it.
  const ours =
    subject && subject.audience.length === 1
      ? own.filter((rule) => rule.subjectAudience === subject.audience[0])
      : []
  if (!subject || left < 1 || ours.length === 0)
    return refuse('invalid_grant', 'the subject token cannot be exchanged by this client')
  const targets = new Set(request.targets)
  const rule = targets.size === 1 ? ours.find(({ target }) => targets.has(target)) : undefined
  if (!rule) return refuse('invalid_target', 'this client may not have a token for this resource')
  const available = subject.scopes.filter((scope) => rule.scopes.includes(scope))
  const scopes =
    request.scope === undefined
      ? available
      : [...new Set(request.scope.split(' ').filter((scope) => scope !== ''))]
  if (scopes.length === 0 || scopes.some((scope) => !available.includes(scope))) {
    return refuse(
      'invalid_scope',
      'the scope is more than the subject token has, or than this client may have',
    )
  }
  return {
    ok: true,
    target: rule.target,
    scopes,
    lifetimeSeconds: Math.min(rule.lifetimeSeconds ?? MAX_LIFETIME_SECONDS, left),
    act: { sub: client, ...(subject.act ? { act: subject.act } : {}) },
  }
}

/** Says what is wrong with the request alone, or undefined. */
function judgeRequest(request: ExchangeRequest): string | undefined {
  if (request.subjectTokenType !== ACCESS_TOKEN_TYPE)
    return `subject_token_type must be ${ACCESS_TOKEN_TYPE}`
  if (
    request.requestedTokenType !== undefined &&
    request.requestedTokenType !== ACCESS_TOKEN_TYPE
  ) {
    return `requested_token_type must be ${ACCESS_TOKEN_TYPE}`
  }
  // The actor is the client that authenticated. An actor token could only contradict that.
  if (request.hasActorToken)
    return 'actor_token is not supported: the actor is the authenticated client'
  if (request.targets.length === 0) return 'resource or audience must name the target'
  return undefined
}

function refuse(error: ExchangeError, description: string): ExchangeDecision {
  return { ok: false, error, description }
}
