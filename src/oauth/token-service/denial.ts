// Why the token service issues nothing: what it answers (RFC 6749 section 5.2, RFC 8693 section
// 2.2.2), and what the audit and a caller in this process are told.

import type { Refusal, RefusalReason } from '../../core/errors.ts'
import type { RefusalDetails } from '../../core/refusal-details.ts'

/** The error codes that it answers. */
export type DenialCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_authorization_details'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'

/** A denial. */
export interface Denial {
  readonly code: DenialCode
  /** Fixed words of ours. They contain nothing of the request. */
  readonly description: string
  /** The reason in the audit. */
  readonly reason: RefusalReason
  readonly details?: RefusalDetails
}

/** A result whose refusal is a denial. */
export type Judged<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Denial }

/** Makes a denial. */
export function denied(
  code: DenialCode,
  description: string,
  reason: RefusalReason,
  details?: RefusalDetails,
): { readonly ok: false; readonly refusal: Denial } {
  return { ok: false, refusal: { code, description, reason, ...(details ? { details } : {}) } }
}

/** The refusal that a caller in this process gets. It is the same as over HTTP. */
export function refusalOf({ code, reason, description, details }: Denial): Refusal {
  return {
    ...details,
    reason: reasonOf(code, reason),
    authorizationServerError: code,
    authorizationServerErrorDescription: description,
  }
}

function reasonOf(code: DenialCode, reason: RefusalReason): RefusalReason {
  switch (code) {
    case 'invalid_request':
      return reason === 'token_expired' || reason === 'token_inactive'
        ? 'exchange_grant_refused'
        : 'exchange_invalid_request'
    case 'invalid_scope':
      return 'exchange_scope_refused'
    case 'invalid_authorization_details':
      return 'exchange_invalid_request'
    case 'invalid_target':
      return 'exchange_target_refused'
    case 'invalid_client':
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return 'exchange_client_refused'
    case 'temporarily_unavailable':
      return reason === 'audit_unavailable' ? reason : 'issuer_unavailable'
  }
}
