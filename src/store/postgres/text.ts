// Texts as PostgreSQL can hold them: all that JavaScript has, also NUL and half of a surrogate pair, which its own texts do not have.

import type { SqlValue } from '../statements/statement.ts'

/** A value as it is stored: the few texts that PostgreSQL would refuse are written in another form, which no other text has. */
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
