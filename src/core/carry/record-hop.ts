// Records one carried request in the audit.

import { type Auditor, outcomeOf } from '../audit.ts'
import { granted, type Refusal, type Result, refused } from '../errors.ts'
import type { Principal } from '../principal.ts'
import { detailsOf } from '../refusal-details.ts'
import type { IssuedToken } from '../source/exchange.ts'

/** What is the same for every request of one carrying `fetch`. */
export interface HopFacts {
  readonly auditor: Auditor
  readonly hop: 'carry' | 'api'
  readonly trace: string
  readonly principal: Principal
  /** The destination's resource identifier. */
  readonly resource: string
}

/** What is known of one request so far. */
export interface HopUse {
  readonly token?: IssuedToken
  /** Where in the request the credential goes. */
  readonly at?: string | undefined
  /** Why it was refused, or failed. */
  readonly refusal?: Refusal
}

/** Records one event; `audit_unavailable` when it could not be written. */
export type RecordHop = (operation: string, use: HopUse) => Promise<Result<true>>

/** Makes the recorder of one carrying `fetch`. */
export function hopRecorder({ auditor, hop, trace, principal, resource }: HopFacts): RecordHop {
  return (operation, { token, at, refusal }) => {
    const event = auditor({
      hop,
      trace,
      principal,
      outcome: outcomeOf(refusal?.reason),
      ...(refusal ? { reason: refusal.reason, ...detailsOf(refusal) } : {}),
      audience: token?.audience ?? [resource],
      ...(token ? { scopes: token.scopes } : {}),
      // A key that does not expire has no time to show.
      ...(token && Number.isFinite(token.expiresAt) ? { expiresAt: token.expiresAt } : {}),
      ...(token?.tokenId === undefined ? {} : { tokenId: token.tokenId }),
      destination: resource,
      ...(at === undefined ? {} : { placement: at }),
      operation,
    })
    return event.then(
      () => granted(true),
      () => refused('audit_unavailable'),
    )
  }
}
