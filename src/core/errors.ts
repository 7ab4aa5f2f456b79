// Why something was refused: a closed list of reasons. Inside, a refusal is a value (Result); at
// the edge it is an AuthError.

import type { ModelFailure } from './model-failure.ts'
import type { RefusalDetails } from './refusal-details.ts'

/**
 * Every reason for which onbehalf refuses. `sentences.ts` and `door/answer.ts` decide what the
 * outside sees.
 */
export type RefusalReason =
  // the door
  | 'credential_missing'
  | 'credential_malformed'
  | 'credential_repeated'
  | 'credential_in_query'
  | 'origin_refused'
  | 'sign_in_ended'
  | 'consent_missing'
  | 'subject_header_mismatch'
  | 'proof_missing'
  | 'proof_invalid'
  | 'proof_replayed'
  // verification
  | 'token_malformed'
  | 'algorithm_refused'
  | 'type_refused'
  | 'key_unknown'
  | 'signature_invalid'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'claim_missing'
  | 'claim_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_inactive'
  | 'scope_missing'
  // the authorization server
  | 'endpoint_elsewhere'
  | 'endpoint_missing'
  | 'issuer_mismatch_metadata'
  | 'issuer_unavailable'
  | 'metadata_missing'
  | 'pkce_not_announced'
  | 'registration_refused'
  | 'exchange_access_denied'
  | 'exchange_consent_required'
  | 'exchange_grant_refused'
  | 'exchange_interaction_required'
  | 'exchange_invalid_request'
  | 'exchange_scope_refused'
  | 'exchange_scope_widened'
  | 'exchange_target_refused'
  | 'exchange_client_refused'
  | 'exchange_failed'
  // connected accounts
  | 'connection_needed'
  | 'connect_refused'
  // carrying
  | 'server_unbound'
  | 'handle_refused'
  | 'caller_ended'
  | 'own_audience_mismatch'
  | 'destination_refused'
  | 'redirect_refused'
  | 'tool_refused'
  | 'policy_refused'
  | 'approval_needed'
  | 'policy_unavailable'
  | 'result_withheld'
  | 'arguments_refused'
  | 'reference_refused'
  | 'answer_too_large'
  | 'credential_reflected'
  | 'server_quarantined'
  | 'legacy_transport_refused'
  | 'process_limit_reached'
  | 'server_refused'
  | 'server_unreachable'
  | 'server_not_ready'
  | 'server_unavailable'
  | 'audit_unavailable'
  | 'too_many_credentials'
  | 'cancelled'

/** Whether a reason means that something does not work, and not that somebody was refused. */
export function isFailure(reason: RefusalReason): boolean {
  return (
    isTemporary(reason) ||
    (isSetup(reason) && reason !== 'registration_refused') ||
    reason === 'exchange_failed'
  )
}

/** Whether a reason may be gone in a moment. Only then is anybody told to try again. */
export function isTemporary(reason: RefusalReason): boolean {
  return (
    reason === 'issuer_unavailable' ||
    reason === 'server_unreachable' ||
    reason === 'server_not_ready' ||
    reason === 'server_unavailable' ||
    reason === 'audit_unavailable' ||
    reason === 'policy_unavailable' ||
    reason === 'too_many_credentials' ||
    reason === 'process_limit_reached'
  )
}

/** The reasons that mean that the settings do not fit the authorization server. */
export const SETUP_REASONS: readonly RefusalReason[] = [
  'endpoint_elsewhere',
  'endpoint_missing',
  'exchange_invalid_request',
  'exchange_scope_widened',
  'issuer_mismatch_metadata',
  'metadata_missing',
  'pkce_not_announced',
  'registration_refused',
]

/**
 * Whether a reason means that the settings do not fit the authorization server. It is the same for
 * every person until the operator changes something.
 */
export function isSetup(reason: RefusalReason): boolean {
  return SETUP_REASONS.includes(reason)
}

/**
 * Whether a reason means that the person's own credential is no longer good: they must sign in
 * again.
 */
export function endsSignIn(reason: RefusalReason): boolean {
  return (
    reason === 'credential_missing' ||
    reason === 'token_expired' ||
    reason === 'token_inactive' ||
    reason === 'sign_in_ended' ||
    reason === 'handle_refused' ||
    reason === 'exchange_grant_refused'
  )
}

/**
 * One refusal: its reason, and names that explain it. Its details are for operators. It never
 * contains a token, or a part of one.
 */
export interface Refusal extends RefusalDetails {
  readonly reason: RefusalReason
  /** The scopes that the operation needs. */
  readonly scopes?: readonly string[]
  /** The name of the credential's source, where a server gets several credentials. */
  readonly source?: string
  /** The binding's name, or the destination's, as the operator configured it. */
  readonly server?: string
  /** What to do about a call that the operator's policy refuses: made of the operator's settings. */
  readonly advice?: string
  /** The page where the person says yes or no to the call: a URL of the operator's. */
  readonly page?: string
  /** Why the language model gave no answer, where it is the server that is not available. */
  readonly model?: ModelFailure
}

/**
 * What a step gives: its value, or why there is none. Each room may have its own kind of refusal,
 * `R`.
 */
export type Result<T, R = Refusal> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: R }

/** Makes the result of a step that succeeded. */
export function granted<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** Makes the result of a step that refused. */
export function refused(
  reason: RefusalReason,
  details?: Omit<Refusal, 'reason'>,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { reason, ...details } }
}

/**
 * The one error that public functions throw. Its `code` is stable. Its message names the rule,
 * never a value. It has no `cause`, because foreign errors quote what they were sent.
 *
 * @example
 * ```ts
 * if (error instanceof AuthError && error.code === 'token_expired') showSignIn()
 * ```
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: RefusalReason
  readonly refusal: Refusal

  constructor(refusal: Refusal, message: string) {
    super(message)
    this.code = refusal.reason
    this.refusal = refusal
  }
}
