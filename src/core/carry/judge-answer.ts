// Judges the answer to a carried request, once: does it concern the credential or the server's
// health, and what does its challenge ask for?

import { parseChallenge } from '../door/challenge.ts'
import type { RefusalReason } from '../errors.ts'
import type { IssuedToken } from '../source/exchange.ts'

/** What a server says about the credential in a 401 or a 403. Its scopes are the server's words. */
type ServerChallenge = ReturnType<typeof parseChallenge>

/** What is wrong with an answer. */
export interface Problem {
  readonly reason: RefusalReason
  /** Empty for any answer but a 401 or a 403. */
  readonly challenge: ServerChallenge
}

const NO_CHALLENGE: ServerChallenge = { scopes: [] }

/**
 * Judges an answer by its status and its challenge.
 *
 * @param token What was sent with the request; undefined when the request needed no credential.
 * @returns Undefined when nothing is wrong with the credential or the server. Other errors, such as
 *   404 or 409, are the caller's to read.
 */
export function judgeAnswer(
  response: Response,
  token: IssuedToken | undefined,
): Problem | undefined {
  const { status } = response
  // Where `fetch` follows a browser's rules, a manual redirect has the status 0.
  if (status === 0 || (status >= 300 && status < 400 && status !== 304))
    return { reason: 'redirect_refused', challenge: NO_CHALLENGE }
  if (status >= 500) return { reason: 'server_unavailable', challenge: NO_CHALLENGE }
  if (status !== 401 && status !== 403) return undefined
  const challenge = readChallenge(response, token)
  const lacksScope = status === 403 && challenge.error === 'insufficient_scope'
  return { reason: lacksScope ? 'scope_missing' : 'server_refused', challenge }
}

/**
 * A server speaks about a credential in a challenge of the scheme that the credential came with.
 */
function readChallenge(response: Response, token: IssuedToken | undefined): ServerChallenge {
  const value = response.headers.get('www-authenticate')
  if (value === null) return NO_CHALLENGE
  if (token) return parseChallenge(value, token.proof ? 'DPoP' : 'Bearer')
  // This request carried none: a session was opened with one earlier, by either scheme.
  const bearer = parseChallenge(value, 'Bearer')
  return bearer.error === undefined ? parseChallenge(value, 'DPoP') : bearer
}
