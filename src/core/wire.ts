// What the outside sees of a refusal: an HTTP answer for callers, one fixed sentence for the model and the person. Exhaustive switches, so
// that a new reason does not compile until somebody decides what the world may see of it.

import { type Challenge, type ChallengeError, formatChallenge } from './door/challenge.ts'
import { AuthError, type Refusal } from './errors.ts'
import { isScope } from './scope.ts'

/** The public face of a refusal at a door. */
export interface WireRefusal {
  readonly status: 400 | 401 | 403 | 503
  readonly error?: ChallengeError
  readonly message: string
}

const NOT_VALID = 'The access token is not valid here.'

/** What a caller at a door is told. Reasons that would help to forge a token look alike. */
export function toWire(refusal: Refusal): WireRefusal {
  switch (refusal.reason) {
    case 'credential_missing':
      return { status: 401, message: 'Send an access token: Authorization: Bearer <token>.' }
    case 'credential_malformed':
      return {
        status: 400,
        error: 'invalid_request',
        message: 'The Authorization header is malformed: it must be "Bearer" and one access token.',
      }
    case 'credential_repeated':
      return {
        status: 400,
        error: 'invalid_request',
        message: 'Send exactly one access token, in one Authorization header.',
      }
    case 'credential_in_query':
      return {
        status: 400,
        error: 'invalid_request',
        message: 'Access tokens are not accepted in the URL; use the Authorization header.',
      }
    case 'subject_header_mismatch':
      return {
        status: 400,
        error: 'invalid_request',
        message: 'A header names another subject than the access token does.',
      }
    case 'proof_missing':
    case 'proof_invalid':
    case 'proof_replayed':
      return {
        status: 401,
        error: 'invalid_dpop_proof',
        message: 'The DPoP proof is missing, or not valid for this request.',
      }
    case 'token_expired':
      return { status: 401, error: 'invalid_token', message: 'The access token has expired.' }
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
      return { status: 401, error: 'invalid_token', message: NOT_VALID }
    case 'scope_missing':
      return {
        status: 403,
        error: 'insufficient_scope',
        message: `The access token lacks a scope that this needs${named(refusal)}.`,
      }
    case 'exchange_scope_refused':
    case 'exchange_target_refused':
    case 'exchange_client_refused':
    case 'own_audience_mismatch':
    case 'server_refused':
    case 'destination_refused':
    case 'redirect_refused':
    case 'tool_refused':
    case 'arguments_refused':
    case 'reference_refused':
    case 'answer_too_large':
    case 'credential_reflected':
    case 'server_quarantined':
    case 'server_unbound':
    case 'connection_needed':
    case 'connect_refused':
    case 'exchange_failed':
    case 'issuer_unavailable':
    case 'server_unreachable':
    case 'server_unavailable':
    case 'audit_unavailable':
    case 'cancelled':
      return {
        status: 503,
        message: 'A service that this depends on is not available. Try again later.',
      }
  }
}

/** The fixed sentence for the model and the person: plain, without any text that came from outside. */
export function toSentence(refusal: Refusal): string {
  const server = refusal.server ?? 'the server'
  switch (refusal.reason) {
    case 'scope_missing':
    case 'exchange_scope_refused':
      return `This was not done: ${server} needs a permission that the person has not granted${named(refusal)}.`
    case 'credential_missing':
    case 'token_expired':
    case 'token_inactive':
    case 'handle_refused':
    case 'exchange_grant_refused':
      return 'This was not done: the sign-in has ended. Sign in again to continue.'
    case 'connection_needed':
      return `This was not done. Connect your ${server} account to continue.`
    case 'connect_refused':
      return `Your ${server} account was not connected: this attempt did not begin here, or has ended. Connect it again.`
    case 'issuer_unavailable':
      return 'This was not done: the sign-in service cannot be reached right now. Try again in a moment.'
    case 'server_unreachable':
      return `This was not done: ${server} cannot be reached right now, and nothing was sent. Try again in a moment.`
    case 'server_unavailable':
      return `${server} cannot be reached right now, so it is not known whether this was done. Try again in a moment.`
    case 'cancelled':
      return 'This was stopped before an answer came.'
    case 'server_refused':
      return `This was not done: ${server} did not accept the credential for this call.`
    case 'tool_refused':
      return `This was not done: the tool asks for a credential or an identity as a parameter, or has changed. An administrator of ${server} can bind it.`
    case 'arguments_refused':
      return 'This was not done: the arguments cannot be combined with what is filled in for the person. Send plain values, and no credentials.'
    case 'reference_refused':
      return 'This was not done: a credential reference was used where it does not belong. It stands for one parameter of one server.'
    case 'answer_too_large':
      return `${server} answered with more than can be taken in. Ask for less at a time.`
    case 'credential_reflected':
      return `${server} sent back a credential, so its answer was withheld.`
    case 'server_quarantined':
      return `This was not done: ${server} has sent back a credential before, and is not called until an administrator clears it.`
    case 'credential_malformed':
    case 'credential_repeated':
    case 'credential_in_query':
    case 'subject_header_mismatch':
    case 'proof_missing':
    case 'proof_invalid':
    case 'proof_replayed':
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
    case 'exchange_target_refused':
    case 'exchange_client_refused':
    case 'exchange_failed':
    case 'server_unbound':
    case 'own_audience_mismatch':
    case 'destination_refused':
    case 'redirect_refused':
    case 'audit_unavailable':
      return `This was not done: no credential for ${server} could be had. An administrator can find the reason in the audit log.`
  }
}

/** The sentence for anything thrown: an {@link AuthError}'s own, else one that says nothing about it. */
export function sentenceFor(error: unknown): string {
  return error instanceof AuthError
    ? toSentence(error.refusal)
    : 'Something went wrong, and it was logged. Try again in a moment.'
}

/** The error for a refusal, with its sentence as the message. */
export function toError(refusal: Refusal): AuthError {
  return new AuthError(refusal, toSentence(refusal))
}

/** What a door's answers point to. */
export interface DoorFace {
  /** URL of the protected resource metadata (RFC 9728 section 5.1). */
  readonly resourceMetadata?: string
  /** Scopes to ask for at sign-in; named in the 401 challenge. */
  readonly scopes?: readonly string[]
  /** Signature algorithms of proofs, where the door takes tokens that are bound to a key (RFC 9449 section 7.1). */
  readonly proofAlgorithms?: readonly string[]
}

/** The HTTP answer of a door: status, challenge, and JSON with a stable `code` and a `message` that clients may show. */
export function toResponse(refusal: Refusal, face: DoorFace): Response {
  const { status, error, message } = toWire(refusal)
  const headers = new Headers({ 'cache-control': 'no-store' })
  if (status === 503) headers.set('retry-after', '5')
  else {
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

/** One challenge for each scheme that the door takes (RFC 9449 section 7.1). What is wrong with a proof concerns one of them only. */
function formatChallenges(challenge: Challenge, algorithms: readonly string[] | undefined): string {
  const { error, description, ...bare } = challenge
  const bearer = formatChallenge(error === 'invalid_dpop_proof' ? bare : challenge)
  return algorithms ? `${bearer}, ${formatChallenge({ ...challenge, algorithms }, 'DPoP')}` : bearer
}

function named(refusal: Refusal): string {
  const scopes = (refusal.scopes ?? []).filter(isScope)
  return scopes.length === 0 ? '' : ` (${scopes.join(', ')})`
}
