// The `WWW-Authenticate` challenge of a 401 or 403 (RFC 9110 section 11.6.1, RFC 6750 section 3,
// RFC 9728 section 5.1). Pure.

import { formatScopes, isScope } from '../scope.ts'

/**
 * The wire codes of RFC 6750 section 3.1, and that of RFC 9449 section 12.2; there are no others.
 */
export type ChallengeError =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'invalid_dpop_proof'

/**
 * The parameters of a challenge. A request without any credential gets no `error` (RFC 6750 section
 * 3.1).
 */
export interface Challenge {
  readonly error?: ChallengeError
  readonly description?: string
  readonly scopes?: readonly string[]
  /** URL of the protected resource metadata. */
  readonly resourceMetadata?: string
  /** Signature algorithms of proofs (RFC 9449 section 7.1). */
  readonly algorithms?: readonly string[]
}

/** Writes a challenge as the value of `WWW-Authenticate`. */
export function formatChallenge(
  challenge: Challenge,
  scheme: 'Bearer' | 'DPoP' = 'Bearer',
): string {
  const parameters: string[] = []
  const add = (name: string, value: string | undefined) => {
    // A line break would end the header, and a quote the value. Everything but printable ASCII is
    // left out.
    const text = value?.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')
    if (text) parameters.push(`${name}="${text}"`)
  }
  add('error', challenge.error)
  add('error_description', challenge.description)
  add('scope', formatScopes(challenge.scopes ?? []))
  add('resource_metadata', challenge.resourceMetadata)
  add('algs', challenge.algorithms?.join(' '))
  return parameters.length === 0 ? scheme : `${scheme} ${parameters.join(', ')}`
}

/**
 * One `name=value`, where the value is a token or a quoted string; or the scheme that begins a
 * challenge. It skips the commas between them.
 */
const PART =
  /[\s,]*(?:([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([\w!#$%&'*+.^`|~-]+))/gy

/** A longer challenge is ignored. */
const MAX_CHALLENGE_CHARS = 4096

/**
 * Reads a challenge that another server sent. It is untrusted, so only `error` and `scope` are
 * read: `resource_metadata` may point anywhere. Parameters of another scheme, and text inside
 * quoted strings, do not count.
 *
 * @param scheme The scheme that the credential was sent with. A server speaks about it in a
 *   challenge of the same scheme.
 */
export function parseChallenge(
  value: string | null,
  scheme: 'Bearer' | 'DPoP' = 'Bearer',
): { readonly error?: string; readonly scopes: readonly string[] } {
  const found: { error?: string; scopes: readonly string[] } = { scopes: [] }
  for (const [name, content] of parametersOf(value, scheme)) {
    if (name === 'error' && /^[a-z_]{1,40}$/.test(content)) found.error ??= content
    if (name === 'scope' && found.scopes.length === 0)
      found.scopes = content.split(' ').filter(isScope)
  }
  return found
}

/**
 * Reads `resource_metadata` (RFC 9728 section 5.1), for an operator who inspects a server. It is
 * untrusted: the caller must check that it has the server's own origin before fetching anything.
 */
export function parseMetadataLink(value: string | null): string | undefined {
  return parametersOf(value, 'Bearer').find(([name]) => name === 'resource_metadata')?.[1]
}

/** Lists the parameters of one scheme's challenges, with their names in lower case. */
function parametersOf(
  value: string | null,
  wanted: string,
): readonly (readonly [name: string, content: string])[] {
  const parameters: [string, string][] = []
  if (value === null || value.length > MAX_CHALLENGE_CHARS) return parameters
  let ours = false
  for (const [, name, quoted, plain = '', scheme] of value.matchAll(PART)) {
    if (scheme !== undefined) ours = scheme.toLowerCase() === wanted.toLowerCase()
    const content = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')
    if (ours && name !== undefined) parameters.push([name.toLowerCase(), content])
  }
  return parameters
}
