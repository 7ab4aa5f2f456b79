// Links and images to other sites. A link opens only when the person follows it, sends no referrer,
// and shows where it leads.

import { type Child, el } from '../dom/dom.ts'
import { type Address, imageAddress, linkAddress, saysItself } from './address.ts'
import { foreign } from './text.ts'
import { shown } from './visible.ts'

/** What the drawing of images needs. */
export interface ImageRules {
  /** Hosts that images may be loaded from. */
  readonly allowedImageDomains: readonly string[]
}

/**
 * Makes a link to a checked address. When its text is not the address, the address follows the
 * text.
 */
export function link(
  address: Address,
  says: string,
  ...children: readonly Child[]
): HTMLAnchorElement {
  if (address.isDeep) return el('a', { href: address.href, class: 'link' }, ...children)
  const own = saysItself(says, address)
  return el(
    'a',
    { href: address.href, target: '_blank', rel: 'noopener noreferrer nofollow', class: 'link' },
    ...(own
      ? [address.shown]
      : [...children, ' ', el('bdi', { class: 'address', dir: 'ltr' }, `(${address.shown})`)]),
  )
}

/** Makes a link to a foreign address, or only its text when that address is not allowed. */
export function foreignLink(given: string, says: string): HTMLElement {
  const address = linkAddress(given)
  if (address) return link(address, says || given, foreign(says || given))
  return el(
    'span',
    {},
    foreign(says),
    says === given || given === ''
      ? undefined
      : el('bdi', { class: 'address' }, ` (${shown(shortened(given))})`),
  )
}

/** An address that is no link need not be read to its end. */
function shortened(given: string): string {
  return given.length > MAX_SHOWN_CHARS ? `${given.slice(0, MAX_SHOWN_CHARS)}…` : given
}

const MAX_SHOWN_CHARS = 300

/** Images load when they come into sight, and without a referrer. */
export const LOADING = { loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer' }

/**
 * Makes an image if it may be loaded, else a link to it, which shows where it leads. `ownOrigin`:
 * whether the page's own origin is allowed.
 */
export function image(
  given: string,
  alt: string,
  { allowedImageDomains }: ImageRules,
  ownOrigin: boolean,
): HTMLElement {
  const address = imageAddress(given, allowedImageDomains, ownOrigin)
  if (address === undefined) return foreignLink(given, alt)
  return el('img', { class: 'image', alt: shown(alt), ...LOADING, src: address })
}
