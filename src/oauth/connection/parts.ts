// What every step of a connection works with, and how it is recorded.

import { type Auditor, type Hop, type HopReport, outcomeOf } from '../../core/audit.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import type { AllowsHttp } from '../../core/plain-http.ts'
import { detailsOf } from '../../core/refusal-details.ts'
import type { SecretStore } from '../../core/vault/secret-store.ts'
import type { ClientDocument } from './connection-server.ts'
import type { StoredKeys } from './stored-key.ts'

/** The parts. */
export interface Parts {
  readonly store: SecretStore
  readonly auditor: Auditor
  /** What the audit calls these steps. */
  readonly hop: Hop
  /** Sends the requests to authorization servers. */
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds that one request may take. */
  readonly deadline: number
  readonly clientDocument?: ClientDocument | undefined
  readonly allowsHttp: AllowsHttp
  readonly keys: StoredKeys
}

/** What the audit records of a step: who, where, and what. */
export type Step = Pick<
  HopReport,
  'trace' | 'principal' | 'destination' | 'audience' | 'scopes' | 'operation' | 'placement'
>

/**
 * Records that a credential is about to be used, or why it is not.
 *
 * @returns `audit_unavailable` when that could not be recorded: then the step must not happen.
 */
export async function record(
  { auditor, hop }: Parts,
  step: Step,
  problem?: Result<unknown>,
): Promise<Result<true>> {
  const reason = problem && !problem.ok ? problem.refusal.reason : undefined
  const outcome = outcomeOf(reason)
  try {
    await auditor({
      hop,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      ...(problem && !problem.ok ? detailsOf(problem.refusal) : {}),
      ...step,
    })
    return granted(true)
  } catch {
    return refused('audit_unavailable')
  }
}

/** The time in seconds since the epoch, the unit of tokens and stored accounts. */
export function nowSeconds({ now }: Parts): number {
  return now() / 1000
}
