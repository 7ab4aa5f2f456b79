// The door's answer to a request that it refuses: status, challenge and JSON body for each reason.

import { isSetup, type Refusal } from '../errors.ts'
import { scopesInBrackets } from '../sentences.ts'
import { type Challenge, type ChallengeError, formatChallenge } from './challenge.ts'

/** What a caller at a door may know of a refusal. */
export interface WireRefusal {
  readonly status: 400 | 401 | 403 | 503
  readonly error?: ChallengeError
  readonly message: string
}

function invalidRequest(message: string): WireRefusal {
  return { status: 400, error: 'invalid_request', message }
}

function invalidToken(message: string): WireRefusal {
  return { status: 401, error: 'invalid_token', message }
}

function unavailable(message: string): WireRefusal {
  return { status: 503, message }
}

const OWN_PAGE =
  'This request must come from a page of this app itself, with the header X-OnBehalf: 1.'

/**
 * Decides what a caller at a door may know. Reasons that would help somebody to forge a token look
 * alike.
 *
 * The switch is exhaustive: a new reason does not compile until somebody decides what to show.
 */
export function toWire(refusal: Refusal): WireRefusal {
  switch (refusal.reason) {
    case 'credential_missing':
      return { status: 401, message: 'Send an access token: Authorization: Bearer <token>.' }
    case 'credential_malformed':
      return invalidRequest(
        'The Authorization header is malformed: it must be "Bearer" and one access token.',
      )
    case 'credential_repeated':
      return invalidRequest('Send exactly one access token, in one Authorization header.')
    case 'credential_in_query':
      return invalidRequest(
        'Access tokens are not accepted in the URL; use the Authorization header.',
      )
    case 'origin_refused':
      return invalidRequest(OWN_PAGE)
    case 'subject_header_mismatch':
      return invalidRequest('A header names another subject than the access token does.')
    case 'proof_missing':
    case 'proof_invalid':
    case 'proof_replayed':
      return {
        status: 401,
        error: 'invalid_dpop_proof',
        message: 'The DPoP proof is missing, or not valid for this request.',
      }
    case 'sign_in_ended':
      return invalidToken('The sign-in has ended. Sign in again.')
    case 'token_expired':
      return invalidToken('The access token has expired.')
    case 'token_malformed':
    case 'algorithm_refused':
    case 'type_refused':
    case 'key_unknown':
    case 'signature_invalid':
    case 'issuer_mismatch':
    case 'audience_mismatch':
    case 'claim_missing':
    case 'claim_invalid':
    case 'token_not_yet_valid':
    case 'token_inactive':
    case 'exchange_grant_refused':
    case 'handle_refused':
      return invalidToken('The access token is not valid here.')
    case 'scope_missing':
      return {
        status: 403,
        error: 'insufficient_scope',
        message: `The access token lacks a scope that this needs${scopesInBrackets(refusal)}.`,
      }
    case 'endpoint_elsewhere':
    case 'endpoint_missing':
    case 'exchange_invalid_request':
    case 'exchange_scope_widened':
    case 'issuer_mismatch_metadata':
    case 'metadata_missing':
    case 'pkce_not_announced':
    case 'registration_refused':
      return unavailable(
        'This service is not set up correctly. Its operator finds the reason in the audit.',
      )
    case 'consent_missing':
    case 'exchange_access_denied':
    case 'exchange_consent_required':
    case 'exchange_interaction_required':
    case 'exchange_scope_refused':
    case 'exchange_target_refused':
    case 'exchange_client_refused':
    case 'own_audience_mismatch':
    case 'server_refused':
    case 'destination_refused':
    case 'redirect_refused':
    case 'tool_refused':
    case 'arguments_refused':
    case 'policy_refused':
    case 'approval_needed':
    case 'policy_unavailable':
    case 'result_withheld':
    case 'reference_refused':
    case 'answer_too_large':
    case 'credential_reflected':
    case 'server_quarantined':
    case 'legacy_transport_refused':
    case 'process_limit_reached':
    case 'server_unbound':
    case 'caller_ended':
    case 'connection_needed':
    case 'connect_refused':
    case 'exchange_failed':
    case 'issuer_unavailable':
    case 'server_unreachable':
    case 'server_not_ready':
    case 'server_unavailable':
    case 'audit_unavailable':
    case 'too_many_credentials':
    case 'cancelled':
      return unavailable('A service that this depends on is not available. Try again later.')
  }
}

/** What the challenges of one door point to. */
export interface DoorFace {
  /** URL of the protected resource metadata (RFC 9728 section 5.1). */
  readonly resourceMetadata?: string
  /** Scopes to ask for at sign-in; named in the 401 challenge. */
  readonly scopes?: readonly string[]
  /**
   * Set where the door takes tokens that are bound to a key: the proofs' algorithms (RFC 9449
   * section 7.1).
   */
  readonly proofAlgorithms?: readonly string[]
}

/** Makes the HTTP answer. Its JSON has a stable `code`, and a `message` that clients may show. */
export function toResponse(refusal: Refusal, face: DoorFace): Response {
  const { status, error, message } = toWire(refusal)
  const headers = new Headers({ 'cache-control': 'no-store' })
  if (status === 503) {
    if (!isSetup(refusal.reason)) headers.set('retry-after', '5')
  } else {
    const challenge: Challenge = {
      ...(error ? { error, description: message } : {}),
      ...(face.resourceMetadata ? { resourceMetadata: face.resourceMetadata } : {}),
      scopes: status === 403 ? (refusal.scopes ?? []) : status === 401 ? (face.scopes ?? []) : [],
    }
    headers.set('www-authenticate', formatChallenges(challenge, face.proofAlgorithms))
  }
  const code: ChallengeError | 'unauthorized' | 'unavailable' =
    error ?? (status === 401 ? 'unauthorized' : 'unavailable')
  return Response.json({ code, message }, { status, headers })
}

/**
 * Writes one challenge for each scheme that the door takes (RFC 9449 section 7.1). An error about a
 * proof goes into the DPoP challenge alone.
 */
function formatChallenges(challenge: Challenge, algorithms: readonly string[] | undefined): string {
  const { error, description, ...bare } = challenge
  const bearer = formatChallenge(error === 'invalid_dpop_proof' ? bare : challenge)
  return algorithms ? `${bearer}, ${formatChallenge({ ...challenge, algorithms }, 'DPoP')}` : bearer
}
