// The log: one JSON line an event, by pino. Only named fields are written, and no text that looks
// like a credential.

import { destination as fileDestination, pino } from 'pino'
import type { AuditEvent } from '../core/audit.ts'
import { blankCredentials } from './blank.ts'
import { type ErrorSummary, summarizeError } from './error-summary.ts'

/** Levels that can be logged, the most talkative first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** The fields that a line may have. Any other is left out, however it got in. */
export interface LogFields extends Partial<AuditEvent> {
  /**
   * What was thrown; written as its name and code, never its message or stack, because foreign
   * errors quote what they were sent.
   */
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

/** Every field that a line may have; a field that is missing here does not compile. */
const FIELDS: { readonly [Field in Exclude<keyof LogFields, 'error' | 'time'>]-?: true } = {
  hop: true,
  outcome: true,
  reason: true,
  trace: true,
  issuer: true,
  subject: true,
  tenant: true,
  client: true,
  actors: true,
  audience: true,
  scopes: true,
  expiresAt: true,
  destination: true,
  placement: true,
  operation: true,
  fingerprint: true,
  part: true,
  method: true,
  path: true,
  status: true,
  duration: true,
  port: true,
  url: true,
  count: true,
  version: true,
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** Entries of a list that are written. */
const LONGEST_LIST = 50

/** Above every level that can be chosen, so that what must be recorded is. */
const AUDIT_LEVEL = 100

/**
 * Makes a log. It takes no printf arguments and no objects: a field holds a text, a number, a flag
 * or a list of texts, and anything else is left out. Logging itself throws only what the
 * destination throws.
 *
 * @throws TypeError for a level that does not exist.
 *
 * @example
 * ```ts
 * const log = createLog({ level: 'info' })
 * log.error('a tool call failed', { part: 'mcp', operation: 'tasks_list', error })
 * ```
 */
export function createLog(options: LogOptions = {}): Log {
  const {
    level = 'info',
    destination = fileDestination({ dest: 2, sync: true }),
    now = Date.now,
  } = options
  if (!LEVELS.includes(level)) throw new TypeError('level must be debug, info, warn or error')
  const lines = pino(
    {
      level,
      base: null,
      timestamp: false,
      messageKey: 'message',
      customLevels: { audit: AUDIT_LEVEL },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  const write = (at: LogLevel | 'audit', message: string, fields: LogFields = {}): void => {
    if (lines.isLevelEnabled(at)) lines[at](plainFields(fields, now), blankCredentials(message))
  }
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    audit: (message, fields) => write('audit', message, fields),
  }
}

function plainFields(fields: LogFields, now: () => number): Record<string, unknown> {
  const given = new Map<string, unknown>(Object.entries(fields))
  const time = Number.isFinite(fields.time) ? Number(fields.time) : now()
  const plain: Record<string, unknown> = { time: new Date(time).toISOString() }
  for (const field of Object.keys(FIELDS)) {
    const value = plainValue(given.get(field))
    if (value !== undefined) plain[field] = value
  }
  if (given.has('error')) plain.error = plainSummary(summarizeError(fields.error))
  return plain
}

/**
 * A value as it is written; undefined for what has no place in a line. A credential, like every
 * object, has none.
 */
function plainValue(value: unknown): string | number | boolean | readonly string[] | undefined {
  if (typeof value === 'string') return blankCredentials(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (!Array.isArray(value)) return undefined
  return value
    .slice(0, LONGEST_LIST)
    .filter((one) => typeof one === 'string')
    .map(blankCredentials)
}

/** Names and codes are short identifiers, but so is the start of a token. */
function plainSummary(summary: ErrorSummary): Record<string, unknown> {
  const { cause, ...texts } = summary
  const plain = Object.entries(texts).map(([key, text]): [string, unknown] => [
    key,
    blankCredentials(text),
  ])
  return { ...Object.fromEntries(plain), ...(cause ? { cause: plainSummary(cause) } : {}) }
}
