// Writes the audit into the log: one line for each hop, whatever the log's level.

import type { AuditSink } from '../core/audit.ts'
import { checkArgument, hasMethods } from '../core/option-values.ts'
import { type AppLogger, createLog, type Log } from './log.ts'

/**
 * Makes an audit sink over a log, or over the app's own logger. When it throws, the hop fails.
 *
 * @throws TypeError for anything without `info` and `error`.
 *
 * @example
 * ```ts
 * const audit = auditSink(pino())
 * ```
 */
export function auditSink(log: Log | AppLogger): AuditSink {
  checkArgument('auditSink: the log', log, hasMethods(['info', 'error'], 'createLog() makes one'))
  const lines = 'audit' in log ? log : createLog({ logger: log })
  return { record: ({ ...event }) => lines.audit('hop', event) }
}
