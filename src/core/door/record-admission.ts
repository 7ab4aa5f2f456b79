// Records what a door decided, in the audit.

import { type Auditor, outcomeOf } from '../audit.ts'
import type { Refusal } from '../errors.ts'
import { detailsOf } from '../refusal-details.ts'
import type { VerifiedToken } from '../verify/verify.ts'

/** What the audit records of one request. */
interface DoorHop {
  readonly trace: string
  readonly operation: string | undefined
  /** Default: the `Authorization` header. */
  readonly placement?: string | undefined
  /** Set once the token is verified, even when the request is refused afterwards. */
  readonly token: VerifiedToken | undefined
  readonly refusal: Refusal | undefined
}

/** Makes the recorder of a door. It tells whether an event was recorded, and never throws. */
export function recorder(resource: string, hop: 'door' | 'server-door', auditor: Auditor) {
  return async ({ trace, operation, placement, token, refusal }: DoorHop): Promise<boolean> => {
    try {
      await auditor({
        hop,
        trace,
        outcome: outcomeOf(refusal?.reason),
        ...(refusal ? { reason: refusal.reason, ...detailsOf(refusal) } : {}),
        ...(token?.audienceAssumed && !refusal ? { detail: 'audience_assumed' } : {}),
        destination: resource,
        placement: placement ?? 'header Authorization',
        ...(operation === undefined ? {} : { operation }),
        ...(token ? tokenFields(token) : {}),
      })
      return true
    } catch {
      return false
    }
  }
}

function tokenFields({ principal, audience, scopes, expiresAt, tokenId }: VerifiedToken) {
  return { principal, audience, scopes, expiresAt, ...(tokenId === undefined ? {} : { tokenId }) }
}
