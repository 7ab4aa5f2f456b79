// Writes to the audit what was refused on the way to or from one server, beside the hops that carry
// records itself.

import type { AuditEvent, Auditor } from '../core/audit.ts'
import type { Binding } from '../core/binding.ts'
import type { RefusalReason } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'

/** Notes one refusal. An audit that fails changes nothing about it: it is refused already. */
export type NoteRefusal = (
  reason: RefusalReason,
  operation: string,
  detail?: string,
  placement?: string,
) => void

/** To whom, and for whom, something is noted. */
export interface NoteOptions {
  readonly auditor: Auditor
  readonly trace: AuditEvent['trace']
  readonly principal: Principal
  readonly binding: Pick<Binding, 'resource'>
  /** Default `carry`. */
  readonly hop?: AuditEvent['hop']
}

/** Makes the function that notes refusals for one principal at one server. */
export function refusalNoter(options: NoteOptions): NoteRefusal {
  return (reason, operation, detail, placement) => {
    const more = {
      ...(detail === undefined ? {} : { detail }),
      ...(placement === undefined ? {} : { placement }),
    }
    note(options, { outcome: 'refused', reason, operation, ...more })
  }
}

/**
 * Makes the function that notes that a call of a tool went on with other values than the model sent:
 * it was not refused.
 */
export function overwritingNoter(options: NoteOptions): (operation: string) => void {
  return (operation) => note(options, { outcome: 'allowed', operation, detail: 'overwritten' })
}

function note(
  { auditor, trace, principal, binding, hop = 'carry' }: NoteOptions,
  report: Pick<AuditEvent, 'outcome' | 'reason' | 'operation' | 'detail' | 'placement'>,
): void {
  auditor({ hop, trace, principal, destination: binding.resource, ...report }).catch(() => {})
}
