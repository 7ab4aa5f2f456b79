// The audit in the log: each hop as one line, whatever the log's level.

import type { AuditSink } from '../core/audit.ts'
import type { Log } from './log.ts'

/**
 * Makes an audit sink that writes each event as one line of the log. A destination that throws
 * makes the hop fail.
 */
export function auditSink(log: Log): AuditSink {
  return { record: ({ ...event }) => log.audit('hop', event) }
}
