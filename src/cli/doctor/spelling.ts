// Compares two spellings of an issuer. Pure.

/** How two spellings differ. `same`: not at all; `other`: they are two issuers. */
export type Difference =
  | 'same'
  | 'slash'
  | 'case'
  | 'slash and case'
  | 'host of this machine'
  | 'template'
  | 'other'

/** How an issuer that was found differs from the one that was named. */
export function differenceOf(given: string, found: string): Difference {
  if (given === found) return 'same'
  if (/\{[a-z]+\}/i.test(found)) return 'template'
  const [a, b] = [given.replace(/\/+$/, ''), found.replace(/\/+$/, '')]
  if (a === b) return 'slash'
  const hasSlash = given.endsWith('/') === found.endsWith('/')
  if (a.toLowerCase() === b.toLowerCase()) return hasSlash ? 'case' : 'slash and case'
  const [one, two] = [withoutOwnHost(a), withoutOwnHost(b)]
  return one !== undefined && one === two ? 'host of this machine' : 'other'
}

/** Whether a text is an issuer on this very machine. */
export function isOnThisMachine(url: string): boolean {
  const hostname = URL.parse(url)?.hostname ?? ''
  return /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/.test(hostname)
}

function withoutOwnHost(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url || !isOnThisMachine(text)) return undefined
  return `${url.protocol}//:${url.port}${url.pathname.replace(/\/+$/, '')}`
}

/** An issuer without the well-known part, for whoever names the document in place of the issuer. */
export function issuerOfDocument(url: string): string {
  const known = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/
  return url.replace(known, '')
}
