// Draws a credential as a key. Each one has a colour of its own, so that a person sees where the
// next one begins.
import { el, icon } from '../dom.ts'
import type { HopEvent } from '../hop.ts'

/** A hue for each credential, by its fingerprint. */
export type Hues = ReadonlyMap<string, number>

/**
 * Gives each credential a hue, in the order of their first hops. The hues are a golden angle apart,
 * so that neighbours never look alike.
 */
export function huesOf(hops: readonly HopEvent[]): Hues {
  const fingerprints = [...new Set(hops.flatMap(({ fingerprint }) => fingerprint ?? []))]
  return new Map(
    fingerprints.map((fingerprint, index) => [fingerprint, Math.round(250 + index * 137.5) % 360]),
  )
}

/** Draws the key of a fingerprint, with a text that says the same as its colour. */
export function drawKey(fingerprint: string, hues: Hues, ...label: (string | Node)[]): HTMLElement {
  const key = el(
    'span',
    { class: 'fingerprint', title: `Fingerprint ${fingerprint}` },
    icon('key'),
    ...label,
  )
  return coloured(key, fingerprint, hues)
}

/** Gives an element the colour of a credential. */
export function coloured(element: HTMLElement, fingerprint: string, hues: Hues): HTMLElement {
  element.style.setProperty('--hue', String(hues.get(fingerprint) ?? 0))
  return element
}

/** Removes the scheme of a resource, because all of them have the same. */
export function short(resource: string): string {
  return resource.replace(/^https?:\/\//, '')
}
