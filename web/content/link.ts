// A link as it may be on the page: opened by the person alone, elsewhere, without a word about where from, and saying where it leads.

import { type Child, el } from '../dom/dom.ts'
import { type Address, imageAddress, linkAddress, saysItself } from './address.ts'
import { foreign } from './text.ts'
import { shown } from './visible.ts'

/** What is looked up about images. */
export interface ImageRules {
  /** Hosts that images may be loaded from. */
  readonly allowedImageDomains: readonly string[]
}

/** A link to an address that has been checked. What it says, if it is not the address, is followed by the address. */
export function link(
  address: Address,
  says: string,
  ...children: readonly Child[]
): HTMLAnchorElement {
  const own = saysItself(says, address)
  return el(
    'a',
    { href: address.href, target: '_blank', rel: 'noopener noreferrer nofollow', class: 'link' },
    ...(own
      ? [address.shown]
      : [...children, ' ', el('bdi', { class: 'address', dir: 'ltr' }, `(${address.shown})`)]),
  )
}

/** A link to a foreign address, or its text when a link to it may not be. */
export function foreignLink(given: string, says: string): HTMLElement {
  const address = linkAddress(given)
  if (address) return link(address, says || given, foreign(says || given))
  return el(
    'span',
    {},
    foreign(says),
    says === given || given === ''
      ? undefined
      : el('bdi', { class: 'address' }, ` (${shown(given)})`),
  )
}

/** How images are loaded: when they come into sight, and without saying from where. */
export const LOADING = { loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer' }

/** An image if it may be loaded, else a link to it: who follows it sees where it leads. `ownOrigin`: whether the page's own origin will do. */
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
