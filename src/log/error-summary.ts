// What a log says of an error: its kind, its code, and those of its causes. Never its message or
// stack, at any level.

import { AuthError } from '../core/errors.ts'

/** An error, reduced. */
export interface ErrorSummary {
  readonly name: string
  readonly code?: string
  /** The claim or the server's configured name, of our own errors. */
  readonly claim?: string
  readonly server?: string
  readonly cause?: ErrorSummary
}

/** Causes that are followed; a chain may be a ring. */
const DEEPEST = 3

/**
 * Reduces anything thrown. Foreign messages quote what was sent: SDKs put response bodies into
 * them, `new Headers` the token, `JSON.parse` the body. Names and codes are kept only when they
 * look like identifiers.
 */
export function summarizeError(error: unknown, depth = 0): ErrorSummary {
  if (error instanceof AuthError) {
    const { claim, server } = error.refusal
    return {
      name: 'AuthError',
      code: error.code,
      ...(claim === undefined ? {} : { claim }),
      ...(server === undefined ? {} : { server }),
    }
  }
  if (typeof error !== 'object' || error === null) return { name: typeof error }
  const name = identifier(read(error, 'name')) ?? 'Error'
  const code = identifier(read(error, 'code'))
  const cause = read(error, 'cause')
  return {
    name,
    ...(code === undefined ? {} : { code }),
    ...(typeof cause === 'object' && cause !== null && depth < DEEPEST
      ? { cause: summarizeError(cause, depth + 1) }
      : {}),
  }
}

/** One property; a getter that throws has none. */
function read(object: object, property: 'name' | 'code' | 'cause'): unknown {
  try {
    return Reflect.get(object, property)
  } catch {
    return undefined
  }
}

function identifier(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^[A-Za-z0-9_-]{1,48}$/.test(text) ? text : undefined
}
