// Audiences: what the operator named, and what a token names (RFC 7519 section 4.1.3). Pure.

/**
 * Checks the audiences that an operator named.
 *
 * @returns The audiences, at least one.
 * @throws TypeError that names the setting.
 */
export function checkAudience(
  setting: string,
  audience: string | readonly string[],
): readonly string[] {
  const list = typeof audience === 'string' ? [audience] : audience
  const isList = Array.isArray(list) && list.length > 0
  if (!isList || !list.every((entry) => typeof entry === 'string' && entry.trim() !== ''))
    throw new TypeError(
      `${setting} must be one or several strings: what the issuer puts into the audience of the tokens for this app`,
    )
  return Object.freeze([...new Set(list)])
}

/**
 * Whether a token is for somebody who was named. Texts are compared exactly. URLs may differ in one
 * trailing slash, because issuers and operators spell them in both ways.
 */
export function isForAudience(found: readonly string[], accepted: readonly string[]): boolean {
  return found.some((name) => accepted.some((wanted) => isSameAudience(name, wanted)))
}

function isSameAudience(a: string, b: string): boolean {
  if (a === b) return true
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  return longer === `${shorter}/` && !shorter.endsWith('/') && /^https?:\/\/[^/]/i.test(shorter)
}
