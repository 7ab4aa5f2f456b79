// The `WWW-Authenticate` challenge of a 401 or 403 (RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9728 section 5.1). Pure.

import { formatScopes } from './scope.ts'

/** The wire codes of RFC 6750 section 3.1; there are no others. */
export type ChallengeError = 'invalid_request' | 'invalid_token' | 'insufficient_scope'

/** What a challenge says. A request without any credential gets no `error` (RFC 6750 section 3.1). */
export interface Challenge {
  readonly error?: ChallengeError
  readonly description?: string
  readonly scopes?: readonly string[]
  /** URL of the protected resource metadata. */
  readonly resourceMetadata?: string
}

/** Writes a Bearer challenge as the value of `WWW-Authenticate`. */
export function formatChallenge(challenge: Challenge): string {
  const parameters: string[] = []
  const add = (name: string, value: string | undefined) => {
    if (value) parameters.push(`${name}="${value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`)
  }
  add('error', challenge.error)
  add('error_description', challenge.description)
  add('scope', formatScopes(challenge.scopes ?? []))
  add('resource_metadata', challenge.resourceMetadata)
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`
}

/**
 * Reads the Bearer challenge from a `WWW-Authenticate` value that another server sent. Untrusted: only `error` and `scope` are read, for
 * `resource_metadata` may point anywhere.
 */
export function parseChallenge(value: string | null): { readonly error?: string; readonly scopes: readonly string[] } {
  if (!value || value.length > 4096) return { scopes: [] }
  const bearer = /(?:^|,)\s*Bearer\s+(.*)$/is.exec(value)?.[1] ?? ''
  const error = /(?:^|[\s,])error="([a-z_]{1,40})"/i.exec(bearer)?.[1]
  const scope = /(?:^|[\s,])scope="([^"\\]{1,1024})"/i.exec(bearer)?.[1]
  const scopes = scope ? scope.split(' ').filter((part) => part !== '') : []
  return error ? { error, scopes } : { scopes }
}
