// Requests that must not be carried out twice: the `Idempotency-Key` of a message, and a digest that tells whether it is the same message.

import { done, invalid, type Outcome, refuse } from './refusal.ts'
import type { StreamRequest } from './request.ts'

/** A key and what it was used for. Nothing of the message can be told from the digest but whether it is the same. */
export interface Once {
  readonly key: string
  /** SHA-256 over type and parameters, in base64. */
  readonly digest: string
}

/** Reads the key of a request that brings a message; others need none, since their state says whether they were done. */
export async function onceOf(headers: Headers, { type, params }: StreamRequest): Promise<Outcome<Once | undefined>> {
  const key = headers.get('idempotency-key')
  if (key === null || (type !== 'threads.create' && type !== 'threads.add_user_message')) return done(undefined)
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) return refuse(invalid('Idempotency-Key takes 1 to 255 visible ASCII characters.'))
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(sorted([type, params]))))
  return done({ key, digest: btoa(String.fromCharCode(...new Uint8Array(bytes))) })
}

/** The same value with the keys of all its objects in order: clients may write them in any. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { object: entries.map(([key, one]) => [key, sorted(one)]) }
}
