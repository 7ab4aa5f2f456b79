// The log: one JSON line an event, by pino. Only named fields are written, and no text that looks like a credential.

import type { AuditEvent } from '../core/audit.ts'

/** Levels that can be logged, the most talkative first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** The fields that a line may have. Any other is left out, however it got in. */
export interface LogFields extends Partial<AuditEvent> {
  /** What was thrown; written as its name and code, never its message or stack, because foreign errors quote what they were sent. */
  readonly error?: unknown
  /** A part of the program: `web`, `mcp`, `api`. */
  readonly part?: string
  readonly method?: string
  /** A path without its query. */
  readonly path?: string
  readonly status?: number
  /** Milliseconds. */
  readonly duration?: number
  readonly port?: number
  readonly url?: string
  readonly count?: number
  readonly version?: string
}

/** The log. The message is a constant text of the program: what varies goes into the fields. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** Written whatever the level, for what must be recorded. */
  audit(message: string, fields?: LogFields): void
}

/** Options of {@link createLog}. */
export interface LogOptions {
  /** Default `info`. */
  readonly level?: LogLevel
  /** Takes each line, with its newline. Default: standard error. */
  readonly destination?: { write(line: string): void }
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Makes a log. */
export function createLog(options: LogOptions = {}): Log {
  throw new TypeError(`not yet: ${options.level}`)
}
