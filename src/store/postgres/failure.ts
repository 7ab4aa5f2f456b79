// What a failure of PostgreSQL tells the caller: a code, and never the text, which may quote
// values.

import { errorCode } from '../files.ts'

/**
 * PostgreSQL failed. A change may still have been made: when a connection breaks during a commit,
 * nobody knows whether the server finished it.
 */
export class PostgresError extends Error {
  override readonly name = 'PostgresError'
  /**
   * SQLSTATE, or the code of a failed connection. Nothing else is passed on, because the texts of
   * these errors quote values.
   */
  readonly code: string

  constructor(code: string) {
    super(`PostgreSQL could not do this (${code})`)
    this.code = code
  }
}

/** Runs work, and turns whatever it throws into a {@link PostgresError}. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new PostgresError(safeCode(error) ?? 'no answer')
  }
}

/** Whether the server refused, with an SQLSTATE that does not end the connection (57…, 08…). */
export function isRefusal(error: unknown): boolean {
  const code = safeCode(error)
  return (
    code !== undefined &&
    /^[0-9A-Z]{5}$/.test(code) &&
    !code.startsWith('57') &&
    !code.startsWith('08')
  )
}

/** SQLSTATE of a deadlock: this change and another waited for each other. */
const DEADLOCK = '40P01'

/** Whether the server took the change back because of a deadlock. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof PostgresError && error.code === DEADLOCK
}

function safeCode(error: unknown): string | undefined {
  const code = errorCode(error)
  return code !== undefined && /^[A-Z0-9_]{3,30}$/.test(code) ? code : undefined
}
