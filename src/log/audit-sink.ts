// Writes the audit into the log: one line for each hop, whatever the log's level.

import type { AuditSink } from '../core/audit.ts'
import type { Log } from './log.ts'

/** Makes an audit sink over a log. When the log's destination throws, the hop fails. */
export function auditSink(log: Log): AuditSink {
  return { record: ({ ...event }) => log.audit('hop', event) }
}
