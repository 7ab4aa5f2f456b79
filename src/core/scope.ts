// Scopes: space-separated on the wire (RFC 6749 section 3.3), an array of strings inside.

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Whether a text is one scope token (RFC 6749 section 3.3). */
export function isScope(text: string): boolean {
  // A declaration from a file may hold anything, also a list that is too deep to become a text.
  return typeof text === 'string' && SCOPE_TOKEN.test(text)
}

/** Reads a `scope` value; anything that is not a string of scope tokens gives no scope. */
export function parseScopes(value: unknown): readonly string[] {
  if (typeof value !== 'string') return []
  return [...new Set(value.split(' ').filter(isScope))]
}

/** Writes scopes as a `scope` value. */
export function formatScopes(scopes: readonly string[]): string {
  return scopes.join(' ')
}

/** The wanted scopes that were granted, in the order wanted. */
export function narrowScopes(
  wanted: readonly string[],
  grantedScopes: readonly string[],
): readonly string[] {
  return wanted.filter((scope) => grantedScopes.includes(scope))
}

/** The needed scopes that were not granted. */
export function missingScopes(
  needed: readonly string[],
  grantedScopes: readonly string[],
): readonly string[] {
  return needed.filter((scope) => !grantedScopes.includes(scope))
}
