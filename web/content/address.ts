// Which addresses a link may lead to and an image may come from, and how an address is shown. Everything here is foreign until it has passed.

/** Longer ones are text: nobody reads them, and they carry data. */
const LONGEST = 4096

/** An address that a link may have. */
export interface Address {
  readonly href: string
  /** What the person reads: all of it, hosts in their ASCII form (`xn--…`), everything unusual percent-encoded. */
  readonly shown: string
}

/** The address as a link's, or undefined: absolute, `http`, `https` or `mailto`, and without a user name that looks like a host. */
export function linkAddress(given: string): Address | undefined {
  const url = parse(given)
  if (!url) return undefined
  const mail = url.protocol === 'mailto:'
  if (!mail && url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  if (url.username !== '' || url.password !== '') return undefined
  return { href: url.href, shown: mail ? url.href.slice('mailto:'.length) : url.href }
}

/** Whether the text of a link is its address, as people write it. */
export function saysItself(text: string, { href, shown }: Address): boolean {
  const plain = text.trim()
  return [
    href,
    shown,
    href.replace(/\/$/, ''),
    href.replace(/^https?:\/\//, ''),
    href.replace(/^https?:\/\/|\/$/g, ''),
  ].includes(plain)
}

/**
 * The address as an image's that is loaded without being asked for, or undefined. A model's text can carry the person's data in such an address
 * (EchoLeak, CVE-2025-32711), so it is loaded from the listed hosts alone, by their whole name, and from the page's own origin only where the app made it.
 */
export function imageAddress(
  given: string,
  allowed: readonly string[],
  ownOrigin: boolean,
): string | undefined {
  // A path from the root, not any text: `image.png` or a sentence would be asked for below the page.
  const url = parse(given, ownOrigin && given.startsWith('/') ? document.baseURI : undefined)
  if (url?.username !== '' || url.password !== '') return undefined
  if (ownOrigin && url.origin === location.origin && url.origin !== 'null') return url.href
  return url.protocol === 'https:' &&
    url.port === '' &&
    allowed.some((host) => host.toLowerCase() === url.hostname)
    ? url.href
    : undefined
}

function parse(given: string, base?: string): URL | undefined {
  return given.length > LONGEST ? undefined : (URL.parse(given.trim(), base) ?? undefined)
}
