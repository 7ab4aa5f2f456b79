// onbehalf/log: structured logs and the audit over pino, without secrets.

export { auditSink } from './audit-sink.ts'
export { createLog, type Log, type LogFields, type LogLevel, type LogOptions } from './log.ts'
