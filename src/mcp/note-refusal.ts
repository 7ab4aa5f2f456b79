// Writes to the audit what was refused on the way to or from one server, beside the hops that carry
// records itself.

import type { AuditEvent, Auditor } from '../core/audit.ts'
import type { Binding } from '../core/binding.ts'
import type { RefusalReason } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'

/** Notes one refusal. An audit that fails changes nothing about it: it is refused already. */
export type NoteRefusal = (reason: RefusalReason, operation: string, detail?: string) => void

/**
 * Makes the function that notes refusals for one principal at one server.
 *
 * @param options.hop Default `carry`.
 */
export function refusalNoter(options: {
  readonly auditor: Auditor
  readonly trace: AuditEvent['trace']
  readonly principal: Principal
  readonly binding: Pick<Binding, 'resource'>
  readonly hop?: AuditEvent['hop']
}): NoteRefusal {
  const { auditor, trace, principal, binding, hop = 'carry' } = options
  return (reason, operation, detail) => {
    auditor({
      hop,
      trace,
      principal,
      outcome: 'refused',
      reason,
      destination: binding.resource,
      operation,
      ...(detail === undefined ? {} : { detail }),
    }).catch(() => {})
  }
}
