// onbehalf/log: structured logs and the audit, without secrets.

export { type AuditFile, type AuditFileOptions, auditFile } from './audit-file.ts'
export { auditLines, type LineStream } from './audit-lines.ts'
export { auditSink } from './audit-sink.ts'
export {
  type AppLogger,
  createLog,
  type Log,
  type LogFields,
  type LogLevel,
  type LogOptions,
} from './log.ts'
