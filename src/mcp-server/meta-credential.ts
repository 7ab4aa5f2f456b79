// Finds the credential in a body's `_meta`, and takes it out: the server's end of the placement
// `meta`. Pure.

import { Credential, isBearerToken } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { isObject } from '../core/json.ts'

/** What a body has under the key. */
export interface MetaCredential {
  /** The credential of a single message; `credential_missing` when it has none, and for a batch. */
  readonly credential: Result<Credential>
  /** Whether any message of the body has a value under the key. */
  readonly present: boolean
  /** The body without the credential; the same object when it had none. */
  readonly rest: unknown
}

/** As many characters as the door takes from a header. */
const MAX_TOKEN_CHARS = 8192

/** Looks for the key, and takes it out of every message. */
export function takeMeta(body: unknown, key: string): MetaCredential {
  if (Array.isArray(body)) {
    // One credential cannot stand for several messages: they could have different senders.
    const taken = body.map((message) => takeFrom(message, key))
    const present = taken.some(({ value }) => value !== undefined)
    return {
      credential: refused('credential_missing'),
      present,
      rest: present ? taken.map(({ rest }) => rest) : body,
    }
  }
  const { value, rest } = takeFrom(body, key)
  return { credential: parseCredential(value), present: value !== undefined, rest }
}

function parseCredential(value: unknown): Result<Credential> {
  if (value === undefined) return refused('credential_missing')
  if (typeof value !== 'string' || value.length > MAX_TOKEN_CHARS || !isBearerToken(value))
    return refused('credential_malformed')
  return granted(new Credential(value))
}

function takeFrom(
  message: unknown,
  key: string,
): { readonly value: unknown; readonly rest: unknown } {
  const params = own(message, 'params')
  const meta = own(params, '_meta')
  const value = own(meta, key)
  if (value === undefined || !isObject(message) || !isObject(params) || !isObject(meta))
    return { value: undefined, rest: message }
  const kept = Object.fromEntries(Object.entries(meta).filter(([name]) => name !== key))
  return { value, rest: { ...message, params: { ...params, _meta: kept } } }
}

function own(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
