// Why something was refused: a closed list of reasons, values inside the pipeline, one error class at its edge.

/** Every reason for which onbehalf refuses. `sentences.ts` and `door/answer.ts` decide what the outside sees. */
export type RefusalReason =
  // the door
  | 'credential_missing'
  | 'credential_malformed'
  | 'credential_repeated'
  | 'credential_in_query'
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
  | 'issuer_unavailable'
  | 'exchange_grant_refused'
  | 'exchange_scope_refused'
  | 'exchange_target_refused'
  | 'exchange_client_refused'
  | 'exchange_failed'
  // connected accounts
  | 'connection_needed'
  | 'connect_refused'
  // carrying
  | 'server_unbound'
  | 'handle_refused'
  | 'own_audience_mismatch'
  | 'destination_refused'
  | 'redirect_refused'
  | 'tool_refused'
  | 'arguments_refused'
  | 'reference_refused'
  | 'answer_too_large'
  | 'credential_reflected'
  | 'server_quarantined'
  | 'server_refused'
  | 'server_unreachable'
  | 'server_unavailable'
  | 'audit_unavailable'
  | 'cancelled'

/** Whether a reason means that something is out of order, not that somebody was refused. */
export function isFailure(reason: RefusalReason): boolean {
  return (
    reason === 'issuer_unavailable' ||
    reason === 'server_unreachable' ||
    reason === 'server_unavailable' ||
    reason === 'audit_unavailable' ||
    reason === 'exchange_failed'
  )
}

/** Whether a reason means that the person's own credential serves no more: they must sign in again before anything goes on. */
export function endsSignIn(reason: RefusalReason): boolean {
  return (
    reason === 'credential_missing' ||
    reason === 'token_expired' ||
    reason === 'token_inactive' ||
    reason === 'handle_refused' ||
    reason === 'exchange_grant_refused'
  )
}

/** One refusal: its reason, and the names (never the values) that make it clear. */
export interface Refusal {
  readonly reason: RefusalReason
  /** The claim that was missing or wrong. */
  readonly claim?: string
  /** The scopes that the operation needs. */
  readonly scopes?: readonly string[]
  /** The binding's name, or the destination's, as the operator configured it. */
  readonly server?: string
}

/** What a step gives: its value, or why there is none. `R` is the kind of refusal of the room. */
export type Result<T, R = Refusal> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: R }

/** The step went well. */
export function granted<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** The step refused. */
export function refused(
  reason: RefusalReason,
  details?: Omit<Refusal, 'reason'>,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { reason, ...details } }
}

/**
 * The one error that public functions throw. `code` is stable; the message names the rule, never a value; there is no `cause`
 * from outside, because foreign errors quote what they were sent.
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
