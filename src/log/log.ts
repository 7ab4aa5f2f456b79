// The log: one JSON line for each event, or one record for the app's own logger. It writes named
// fields only, and no text that looks like a credential.

import process from 'node:process'
import type { AuditEvent } from '../core/audit.ts'
import { blankCredentials } from '../core/blank.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import type { ModelFailure } from '../core/model-failure.ts'
import { hasMethods } from '../core/option-values.ts'
import { type ErrorSummary, summarizeError } from './error-summary.ts'

/** Levels that can be logged, the most talkative first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** The fields that a line may have. Any other is left out, even when the caller sets it. */
export interface LogFields extends Partial<AuditEvent> {
  /**
   * What was thrown. The log writes its name and code, never its message or stack: foreign errors
   * quote what they were sent.
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

/** The log. A message is a constant text of the program. Values go into the fields. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** Writes at every level, for what must be recorded. */
  audit(message: string, fields?: LogFields): void
}

/** What a logger of an app has. A level that it lacks goes to `info`, or to `error`. */
export interface AppLogger {
  info(record: object): void
  error(record: object): void
  debug?(record: object): void
  warn?(record: object): void
}

/** Options of {@link createLog}. */
export interface LogOptions {
  /** Default `info`. */
  readonly level?: LogLevel
  /** Gets each line with its newline. Default: standard error. */
  readonly destination?: { write(line: string): void }
  /**
   * The app's own logger, in place of a destination: pino, winston, `console` or any other with
   * `info` and `error`. It gets each event as one object, and decides by its own level.
   */
  readonly logger?: AppLogger
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every field that a line may have. A missing field does not compile. */
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
  source: true,
  operation: true,
  detail: true,
  claim: true,
  expected: true,
  found: true,
  authorizationServerError: true,
  authorizationServerErrorDescription: true,
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

/** Only the first entries of a list are written. */
const MAX_LIST_ENTRIES = 50

/** Every option of the factory. A new one does not compile until it is here. */
const CREATE_LOG_OPTIONS: OptionNames<LogOptions> = {
  level: 'optional',
  destination: 'optional',
  logger: 'optional',
  now: 'optional',
}

/**
 * Makes a log. It accepts no printf arguments and no objects: a field is a text, a number, a
 * boolean or a list of texts. Anything else is left out. A method throws only what the destination
 * throws.
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
  checkOptions('createLog', '', options, CREATE_LOG_OPTIONS, {
    destination: hasMethods(['write'], 'it gets each line, such as process.stdout'),
    logger: hasMethods(['info', 'error'], 'it gets each event, such as a logger of pino'),
  })
  const { level = 'info', logger, destination = STANDARD_ERROR, now = Date.now } = options
  if (!LEVELS.includes(level)) throw new TypeError('level must be debug, info, warn or error')
  const least = logger ? 0 : LEVELS.indexOf(level)
  const write = (at: LogLevel | 'audit', message: string, fields: LogFields = {}): void => {
    if (at !== 'audit' && LEVELS.indexOf(at) < least) return
    const record = { level: at, ...plainFields(fields, now), message: blankCredentials(message) }
    if (logger) give(record, at, logger)
    else destination.write(`${JSON.stringify(record)}\n`)
  }
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    audit: (message, fields) => write('audit', message, fields),
  }
}

const STANDARD_ERROR = { write: (line: string) => void process.stderr.write(line) }

/** The logger has levels of its own, and would take a field of that name for one. */
function give(
  { level, ...record }: { readonly level: string },
  at: LogLevel | 'audit',
  logger: AppLogger,
): void {
  if (at === 'audit') logger.info({ audit: true, ...record })
  else if (at === 'debug' || at === 'warn') (logger[at] ?? logger.info).call(logger, record)
  else logger[at](record)
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

/** Gives a value in the form to write; undefined for any object, so for a credential too. */
function plainValue(value: unknown): string | number | boolean | readonly string[] | undefined {
  if (typeof value === 'string') return blankCredentials(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (!Array.isArray(value)) return undefined
  return value
    .slice(0, MAX_LIST_ENTRIES)
    .filter((entry) => typeof entry === 'string')
    .map(blankCredentials)
}

/** Names and codes look like short identifiers. The start of a token does too. */
function plainSummary(summary: ErrorSummary): Record<string, unknown> {
  const { cause, model, ...texts } = summary
  const plain = Object.entries(texts).map(([key, text]): [string, unknown] => [
    key,
    blankCredentials(text),
  ])
  return {
    ...Object.fromEntries(plain),
    ...(model ? { model: plainFailure(model) } : {}),
    ...(cause ? { cause: plainSummary(cause) } : {}),
  }
}

/** The provider chose the code. */
function plainFailure({ code, ...failure }: ModelFailure): ModelFailure {
  return { ...failure, ...(code === undefined ? {} : { code: blankCredentials(code) }) }
}
