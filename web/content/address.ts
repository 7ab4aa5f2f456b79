// Decides which addresses a link may lead to and an image may come from, and how an address is
// shown. Every address is foreign until it has passed here.

import { DEEP_LINK } from './deep-link.ts'

/** Longer addresses stay text: nobody reads them, and they can carry data. */
const MAX_ADDRESS_CHARS = 4096

/** A picture of 15 MB. It is as large as the server made it, and the page holds it anyway. */
const MAX_PICTURE_CHARS = 20_000_000
/** Kinds of pictures that are only a picture: SVG is a document. */
const PICTURE = /^data:image\/(?:png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}$/

/** An address that a link may have. */
export interface Address {
  readonly href: string
  /**
   * The address that the person reads, in full: hosts in their ASCII form (`xn--…`), everything
   * unusual percent-encoded.
   */
  readonly shown: string
  /** Whether it is for the page itself, and leads nowhere. */
  readonly isDeep: boolean
}

/**
 * Returns the address of a link, or undefined when it is not allowed. It must be absolute and
 * `http`, `https`, `mailto` or `chatkit-link`, without a user name, which can look like a host.
 */
export function linkAddress(given: string): Address | undefined {
  const url = parse(given)
  if (!url) return undefined
  const mail = url.protocol === 'mailto:'
  const isDeep = url.protocol === DEEP_LINK
  if (!mail && !isDeep && url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  if (url.username !== '' || url.password !== '') return undefined
  return { href: url.href, shown: mail ? url.href.slice('mailto:'.length) : url.href, isDeep }
}

/** Whether the text of a link is its own address, as people write it. */
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
 * Returns the address of an image that loads by itself, or undefined when it is not allowed.
 *
 * A model's text can carry the person's data in such an address (EchoLeak, CVE-2025-32711). So
 * images load only from the listed hosts, by their whole name. They load from the page's own origin
 * only where the app made the address.
 */
export function imageAddress(
  given: string,
  allowed: readonly string[],
  ownOrigin: boolean,
): string | undefined {
  // A picture that is all in its address asks nobody for anything.
  if (ownOrigin && given.length <= MAX_PICTURE_CHARS && PICTURE.test(given)) return given
  // Only a path from the root is allowed. The browser would request `image.png`, or a sentence,
  // below the page.
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
  return given.length > MAX_ADDRESS_CHARS ? undefined : (URL.parse(given.trim(), base) ?? undefined)
}
