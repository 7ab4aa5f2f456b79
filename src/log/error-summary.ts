// What a log tells about an error: its name, its code, and those of its causes. Never its message
// or stack.

import { AuthError } from '../core/errors.ts'
import type { ModelFailure } from '../core/model-failure.ts'

/** The parts of an error that are safe to log. */
export interface ErrorSummary {
  readonly name: string
  readonly code?: string
  /** The claim or the server's configured name, of our own errors. */
  readonly claim?: string
  readonly server?: string
  /** Why a language model gave no answer. */
  readonly model?: ModelFailure
  readonly cause?: ErrorSummary
}

/** A chain of causes may be a ring. */
const MAX_CAUSES = 3

/**
 * Summarizes anything that was thrown. Foreign messages quote what was sent: SDKs quote response
 * bodies, `new Headers` quotes the token, `JSON.parse` the body. Names and codes are kept only when
 * they look like identifiers.
 */
export function summarizeError(error: unknown, depth = 0): ErrorSummary {
  if (error instanceof AuthError) {
    const { claim, server, model } = error.refusal
    return {
      name: 'AuthError',
      code: error.code,
      ...(claim === undefined ? {} : { claim }),
      ...(server === undefined ? {} : { server }),
      ...(model === undefined ? {} : { model }),
    }
  }
  if (typeof error !== 'object' || error === null) return { name: typeof error }
  const name = identifier(readProperty(error, 'name')) ?? 'Error'
  const code = identifier(readProperty(error, 'code'))
  const cause = readProperty(error, 'cause')
  return {
    name,
    ...(code === undefined ? {} : { code }),
    ...(typeof cause === 'object' && cause !== null && depth < MAX_CAUSES
      ? { cause: summarizeError(cause, depth + 1) }
      : {}),
  }
}

/** Reads one property; undefined when its getter throws. */
function readProperty(object: object, property: 'name' | 'code' | 'cause'): unknown {
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
