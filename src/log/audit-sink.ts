// Writes the audit into the log: one line for each hop, whatever the log's level.

import type { AuditSink } from '../core/audit.ts'
import { checkArgument, hasMethods } from '../core/option-values.ts'
import type { Log } from './log.ts'

/**
 * Makes an audit sink over a log. When the log's destination throws, the hop fails.
 *
 * @throws TypeError for a log that `createLog` did not make.
 */
export function auditSink(log: Log): AuditSink {
  checkArgument('auditSink: the log', log, hasMethods(['audit'], 'createLog() makes one'))
  return { record: ({ ...event }) => log.audit('hop', event) }
}
