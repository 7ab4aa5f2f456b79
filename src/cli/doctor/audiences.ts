// Which audience of a token may be the app's own. Pure.

import type { TokenFacts } from './report.ts'

/** Audiences that stand for an API of the provider itself. */
const PROVIDERS_OWN: readonly RegExp[] = [
  /^account$/, // Keycloak: its account pages
  /^00000003-0000-0000-c000-000000000000$/, // Entra: Microsoft Graph
  /^https:\/\/graph\.microsoft\.com\/?$/,
]

/**
 * Lists the audiences that may be the app's own, the likeliest first. Where a token has no audience,
 * its client is what may stand for one.
 */
export function likelyAudiences({ audience, client, issuer }: TokenFacts): readonly string[] {
  if (audience.length === 0) return client === null ? [] : [client]
  const own = audience.filter((name) => !isProvidersOwn(name, issuer))
  // An API is known by a URL more often than by a word, and only at some issuers by a client's id.
  const rank = (name: string) => (/^[a-z]+:\/\//i.test(name) ? 0 : name === client ? 2 : 1)
  return [...own].sort((a, b) => rank(a) - rank(b))
}

/** Whether an audience is the issuer itself, or an API that it has for itself. */
export function isProvidersOwn(audience: string, issuer: string | null): boolean {
  if (PROVIDERS_OWN.some((pattern) => pattern.test(audience))) return true
  const [name, self] = [audience, issuer ?? ''].map((text) => text.replace(/\/+$/, ''))
  return self !== '' && (name === self || name === `${self}/userinfo`)
}

/** Whether two audiences are the same. URLs may differ in one trailing slash. */
export function isSameAudience(a: string, b: string): boolean {
  return (
    a === b || (a.startsWith('http') && `${a}/` === b) || (b.startsWith('http') && `${b}/` === a)
  )
}
