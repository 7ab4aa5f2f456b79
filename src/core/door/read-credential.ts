// Reads the one access token of a request, from the one place where it may be.

import { Credential, isBearerToken } from '../credential.ts'
import { granted, type Result, refused } from '../errors.ts'

/** An `Authorization` scheme that a door reads, in lower case. */
export type Scheme = 'bearer' | 'dpop'

/** What a door reads of a request. The platform's `Request` has it, and so has one without web classes. */
export type Asking = Pick<Request, 'headers' | 'method' | 'signal' | 'url'>

/** A credential that came in another place than the `Authorization` header. */
export interface Presented {
  /** The credential, or the reason why there is none to verify. */
  readonly credential: Result<Credential>
  /** The place, for the audit. */
  readonly placement: string
}

/** HTTP servers limit all headers of a request together to about twice this. */
const MAX_TOKEN_CHARS = 8192

/**
 * Reads the access token from the `Authorization` header (RFC 6750 section 2.1). No other place is
 * accepted.
 *
 * @param expected The scheme that the header must have.
 * @returns The token as it came, or why it cannot be taken. Nothing is verified yet.
 */
export function readCredential(request: Asking, expected: Scheme = 'bearer'): Result<Credential> {
  if (hasTokenInUrl(request)) return refused('credential_in_query')
  const header = request.headers.get('authorization')
  if (header === null) return refused('credential_missing')
  // Two headers arrive joined by a comma. Neither scheme has one.
  if (header.includes(',')) return refused('credential_repeated')
  const [scheme = '', token = '', ...more] = header.trim().split(/\s+/)
  if (scheme.toLowerCase() !== expected) return refused('credential_missing')
  if (more.length > 0 || token.length > MAX_TOKEN_CHARS || !isBearerToken(token))
    return refused('credential_malformed')
  return granted(new Credential(token))
}

/** Reads a credential that a server found in a place of its own. */
export function readPresented(request: Asking, { credential }: Presented): Result<Credential> {
  return hasTokenInUrl(request) ? refused('credential_in_query') : credential
}

/**
 * The scheme of the `Authorization` header, as far as it decides whether a proof must come along.
 */
export function schemeOf(request: Asking): Scheme {
  const header = request.headers.get('authorization') ?? ''
  return /^\s*dpop(?:\s|$)/i.test(header) ? 'dpop' : 'bearer'
}

/**
 * URLs end up in logs and histories, so a token in one is no secret any more (RFC 6750 section
 * 2.3).
 */
function hasTokenInUrl({ url }: Asking): boolean {
  return url.includes('?') && new URL(url).searchParams.has('access_token')
}
