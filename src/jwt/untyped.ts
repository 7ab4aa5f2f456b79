// Tells an access token from an ID token or a logout token by its claims, for issuers that leave
// out the type that RFC 9068 section 2.1 requires.

/**
 * Claims that only other kinds of tokens have (OpenID Connect Core 1.0 sections 2 and 3.3.2.11,
 * FAPI, Back-Channel Logout 1.0).
 */
const FOREIGN_MARKS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'] as const

/**
 * Whether claims look like an access token's: no mark of another kind; a `typ` claim (Keycloak:
 * `Bearer`, `ID`, `Refresh`, `Logout`) that is `Bearer` or absent; and at least one claim that RFC
 * 9068 section 2.2 gives to access tokens alone. This is the second line of defence. The first is
 * the audience, which in an ID token is the client.
 */
export function bearsAccessTokenMarks(claims: Readonly<Record<string, unknown>>): boolean {
  if (FOREIGN_MARKS.some((mark) => mark in claims)) return false
  if (claims.typ !== undefined && claims.typ !== 'Bearer') return false
  return typeof claims.scope === 'string' || typeof claims.client_id === 'string'
}
