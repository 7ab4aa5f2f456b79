// Encodes texts so that PostgreSQL can store every JavaScript string: its own texts cannot hold NUL
// or half of a surrogate pair.

import type { SqlValue } from '../statements/statement.ts'

/**
 * A value as it is stored. A text that PostgreSQL would refuse becomes a backslash and base64; so
 * does a text that begins with a backslash, so that no two texts look the same.
 */
export function encode(value: SqlValue): SqlValue {
  if (typeof value !== 'string' || !/^\\|[\0\p{Surrogate}]/u.test(value)) return value
  return `\\${Buffer.from(value, 'utf16le').toString('base64')}`
}

/** A row as it was before {@link encode}. */
export function decodeRow(
  row: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(row)
  if (!entries.some(([, value]) => isEncoded(value))) return row
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isEncoded(value) ? decode(value) : value]),
  )
}

function isEncoded(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('\\')
}

function decode(value: string): string {
  return Buffer.from(value.slice(1), 'base64').toString('utf16le')
}
