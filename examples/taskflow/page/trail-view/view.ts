// The view "Credential trail": the way of one answer as a line, and each leg below it, with its keys
// at once and its hops on demand.
import { byId, el } from '../dom.ts'
import { parseHop } from '../hop.ts'
import { listOf, record } from '../json.ts'
import type { Tokens } from '../tokens.ts'
import { drawHop, life, outcome } from './hop-view.ts'
import { drawKey, type Hues, huesOf, short } from './key.ts'
import { type Leg, legsOf } from './legs.ts'
import { drawLine, WAYS } from './line.ts'

/**
 * Makes the function that reads and shows the trail of a trace.
 *
 * @param api The API's resource.
 */
export function createTrailView(tokens: Tokens, api: string): (trace: string) => Promise<void> {
  const container = byId('trail-list', HTMLElement)
  const note = byId('trail-note', HTMLElement)
  const line = byId('trail-line', HTMLElement)
  return async (trace) => {
    try {
      const response = await tokens.fetch('chat', `/trail/${trace}`, {
        signal: AbortSignal.timeout(15_000),
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      const hops = listOf(record(await response.json()).events, parseHop)
      const hues = huesOf(hops)
      const legs = legsOf(hops, api)
      line.replaceChildren(...(hops.length === 0 ? [] : [drawLine(legs, hues)]))
      const shown = legs.filter((leg) => leg.hops.length > 0 || leg.skipped)
      container.replaceChildren(
        ...shown.map((leg) => (leg.skipped ? drawSkipped(leg) : drawLeg(leg, hues))),
      )
      note.textContent = summary(hops.length, hues.size, legs)
    } catch {
      line.replaceChildren()
      container.replaceChildren()
      note.textContent = 'The trail of this answer could not be read.'
    }
    container.dataset.trace = trace
  }
}

function summary(hops: number, keys: number, legs: readonly Leg[]): string {
  if (hops === 0) return 'Nothing is known of this answer: no credential moved, or it is too old.'
  const browser = legs.some(({ byCookie }) => byCookie) ? ' Your browser holds none of them.' : ''
  return `${keys} ${keys === 1 ? 'key' : 'keys, each for one place'}, in ${hops} recorded ${hops === 1 ? 'hop' : 'hops'}.${browser}`
}

function drawLeg(leg: Leg, hues: Hues): HTMLElement {
  const { name, keys, requests, stopped, hops } = leg
  return el(
    'li',
    { class: stopped ? 'leg stopped' : 'leg', 'data-leg': name, 'data-testid': 'leg' },
    el(
      'details',
      { open: stopped !== undefined },
      el(
        'summary',
        {},
        el('span', { class: 'leg-name' }, WAYS[name]),
        el('span', { class: 'aside' }, stopped ? outcome(stopped) : times(requests)),
        leg.byCookie ? el('span', { class: 'aside' }, 'a cookie, no key') : undefined,
        ...keys.map((key) =>
          el(
            'span',
            { class: 'leg-key' },
            drawKey(key.fingerprint ?? '', hues, `for ${key.audience.map(short).join(', ')}`),
            ...key.scopes.map((scope) => el('code', { class: 'chip' }, scope)),
            el(
              'span',
              { class: 'aside' },
              key.secondsLeft === undefined ? '' : life(key.secondsLeft),
            ),
          ),
        ),
      ),
      el('ol', { class: 'hops' }, ...hops.map((hop) => drawHop(hop, hues))),
    ),
  )
}

function drawSkipped({ name }: Leg): HTMLElement {
  return el(
    'li',
    { class: 'leg skipped', 'data-leg': name },
    el('span', { class: 'leg-name' }, WAYS[name]),
    el('span', { class: 'aside' }, 'the keys of an earlier answer are still good'),
  )
}

function times(requests: number): string {
  return requests === 0 ? '' : requests === 1 ? '1 request' : `${requests} requests`
}
