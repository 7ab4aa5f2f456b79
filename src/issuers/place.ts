// Where an issuer is, from what its provider calls it. Pure.

/** The origin that a domain stands for. A URL may be given too. */
export function httpsOrigin(domain: string): string {
  const text = domain.includes('://') ? domain : `https://${domain}`
  if (!URL.canParse(text) || new URL(text).hostname === '')
    throw new TypeError('domain must be a host name, such as acme.example')
  return new URL(text).origin
}

/** A URL without its last slashes. */
export function trimmed(url: string): string {
  return url.replace(/\/+$/, '')
}
