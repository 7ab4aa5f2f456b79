// Judges an error answer of a token endpoint for any grant (RFC 6749 section 5.2, RFC 8693 section
// 2.2.2, RFC 8707 section 2, OpenID Connect Core 1.0 section 3.1.2.6).

import { type RefusalReason, type Result, refused } from '../core/errors.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { authorizationServerWords } from '../core/refusal-details.ts'

/** What an error answer is judged by. */
export interface AskedError {
  readonly scopes: readonly string[]
  /** What `invalid_grant` means. Default: the person's token is not good any more. */
  readonly grantRefused?: RefusalReason
  /** Whether the request had a subject token, so that `invalid_request` may be about it. */
  readonly hasSubject?: boolean
}

/**
 * Turns an error answer into a refusal. Its words go to the operator only. Two codes are judged by
 * their description: `invalid_request` does not say whether the person's sign-in has ended or the
 * request was wrong, and some servers say `invalid_client` of a target that they do not know.
 */
export function judgeErrorAnswer(status: number, json: unknown, asked: AskedError): Result<never> {
  const body: UnknownObject = isObject(json) ? json : {}
  const { error, error_description: description, suberror } = body
  const reason = reasonFor(status, { error, description, suberror }, asked)
  return refused(reason, {
    ...(reason === 'exchange_scope_refused' ? { scopes: asked.scopes } : {}),
    ...authorizationServerWords(error, description),
  })
}

interface ServerError {
  readonly error: unknown
  readonly description: unknown
  /** Microsoft's second code. */
  readonly suberror: unknown
}

function reasonFor(status: number, server: ServerError, asked: AskedError): RefusalReason {
  if (status >= 500 || status === 429 || status === 408) return 'issuer_unavailable'
  switch (server.error) {
    case 'invalid_grant':
      if (server.suberror === 'consent_required') return 'exchange_consent_required'
      return asked.grantRefused ?? 'exchange_grant_refused'
    case 'invalid_request':
      return asked.hasSubject && saysSubjectIsDead(server.description)
        ? (asked.grantRefused ?? 'exchange_grant_refused')
        : 'exchange_invalid_request'
    case 'invalid_scope':
      return 'exchange_scope_refused'
    case 'invalid_target':
      return 'exchange_target_refused'
    case 'access_denied':
      return 'exchange_access_denied'
    case 'consent_required':
      return 'exchange_consent_required'
    case 'interaction_required':
    case 'login_required':
    case 'mfa_required':
    case 'account_selection_required':
    case 'insufficient_user_authentication':
      return 'exchange_interaction_required'
    case 'invalid_client':
      return status === 400 && saysTargetIsUnknown(server.description)
        ? 'exchange_target_refused'
        : 'exchange_client_refused'
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return 'exchange_client_refused'
    case 'temporarily_unavailable':
    case 'server_error':
      return 'issuer_unavailable'
    default:
      // A 401 means that the client was not authenticated (RFC 6749 section 5.2), with any error
      // code.
      return status === 401 ? 'exchange_client_refused' : 'exchange_failed'
  }
}

/** What Keycloak says of an audience that is no client of it, or that the client may not have. */
const UNKNOWN_TARGET = /\baudience\b.*\bnot (?:found|available)\b/i

function saysTargetIsUnknown(description: unknown): boolean {
  return typeof description === 'string' && UNKNOWN_TARGET.test(description)
}

/** What a description of a dead sign-in is about, and what it says of it. */
const SUBJECT = /\b(?:token|subject|assertion|session|user|account|sign-?in|login)s?\b|_token\b/i
const DEAD =
  /\b(?:invalid|not valid|expired?|not active|inactive|revoked|disabled|not enabled|locked|blocked|not found|unknown|no longer|ended|deleted|verif\w*|malformed)\b/i

/** What else `invalid_request` is about: a request or a client that is set up wrongly. */
const SETTINGS =
  /\b(?:clients?|types?|parameters?|missing|required|supported|unsupported|audiences?|scopes?|resources?|feature|grants?|actor(?:_token)?|issuer|format|duplicate|not allowed|enabled for)\b|_type\b/i

/**
 * Whether the answer is about the subject token itself. RFC 8693 section 2.2.2 answers
 * `invalid_request` for a token that is not valid any more, and also for a request that is wrong. A
 * person who is told to sign in again because of a wrong setting would do so for ever. So only an
 * answer that says nothing, or says it of the token, ends the sign-in.
 */
function saysSubjectIsDead(description: unknown): boolean {
  if (typeof description !== 'string' || description.trim() === '') return true
  return SUBJECT.test(description) && DEAD.test(description) && !SETTINGS.test(description)
}
