// The credential in a body's `_meta`: found, and taken out. The server's end of the placement `meta`. Pure.

import { Credential, isBearerToken } from '../core/credential.ts'
import { type Result, refused } from '../core/errors.ts'

/** What a body has under the key. */
export interface MetaCredential {
  /** The credential of the one request; `credential_missing` where there is none, and for batches. */
  readonly credential: Result<Credential>
  /** Whether anything stands under the key, in whichever message of the body. */
  readonly present: boolean
  /** The body without it; the same object when nothing was there. */
  readonly rest: unknown
}

/** Characters; as many as the door takes from a header. */
const LONGEST_TOKEN = 8192

/** Looks for the key, and takes it out of every message. */
export function takeMeta(body: unknown, key: string): MetaCredential {
  if (Array.isArray(body)) {
    // One credential cannot stand for several messages: which of them would it be taken from?
    const taken = body.map((message) => takeFrom(message, key))
    const present = taken.some(({ value }) => value !== undefined)
    return {
      credential: refused('credential_missing'),
      present,
      rest: present ? taken.map(({ rest }) => rest) : body,
    }
  }
  const { value, rest } = takeFrom(body, key)
  return { credential: credentialOf(value), present: value !== undefined, rest }
}

function credentialOf(value: unknown): Result<Credential> {
  if (value === undefined) return refused('credential_missing')
  if (typeof value !== 'string' || value.length > LONGEST_TOKEN || !isBearerToken(value))
    return refused('credential_malformed')
  return { ok: true, value: new Credential(value) }
}

function takeFrom(
  message: unknown,
  key: string,
): { readonly value: unknown; readonly rest: unknown } {
  const params = own(message, 'params')
  const meta = own(params, '_meta')
  const value = own(meta, key)
  if (value === undefined || !isRecord(message) || !isRecord(params) || !isRecord(meta))
    return { value: undefined, rest: message }
  const kept = Object.fromEntries(Object.entries(meta).filter(([name]) => name !== key))
  return { value, rest: { ...message, params: { ...params, _meta: kept } } }
}

function own(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
