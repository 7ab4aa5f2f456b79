// Draws one hop: who acted for whom, and what the credential was for.
import { el } from '../dom.ts'
import { type HopEvent, span } from '../hop.ts'
import { drawKey, type Hues, short } from './key.ts'
import type { FoldedHop } from './legs.ts'

const NAMES: Readonly<Record<string, string>> = {
  door: 'Chat door',
  'sign-in': 'Kept sign-in',
  exchange: 'Token exchange',
  carry: 'Carried to the tools',
  'server-door': 'Tool server’s door',
  api: 'Carried to the API',
}

/** A sentence for each kind of hop. */
const MEANINGS: Readonly<Record<string, string>> = {
  door: 'Verified. The agent gets only a handle.',
  'sign-in': 'The server gets a fresh token. The browser sees nothing of it.',
  exchange: 'A new token, for one destination only.',
  carry: 'Put into this one request, outside the model.',
  'server-door': 'It verifies that the token is meant for it.',
  api: 'The tool calls the API in your name.',
}

/** Draws a hop, and how many times it happened. */
export function drawHop({ hop, times }: FoldedHop, hues: Hues): HTMLElement {
  return el(
    'li',
    { class: `hop ${hop.outcome}`, 'data-testid': 'hop', 'data-hop': hop.hop },
    el(
      'div',
      { class: 'hop-head' },
      el('h3', {}, NAMES[hop.hop] ?? hop.hop),
      times === 1 ? undefined : el('span', { class: 'aside' }, `${times} times`),
      el('span', { class: 'outcome' }, outcome(hop)),
    ),
    el(
      'p',
      { class: 'meaning' },
      hop.operation === undefined ? undefined : el('code', { class: 'operation' }, hop.operation),
      meaning(hop),
    ),
    el(
      'dl',
      {},
      ...fact('For', hop.subject, through(hop)),
      ...fact('Audience', hop.audience.map(short).join(', ')),
      ...fact('Scopes', ...hop.scopes.map((scope) => el('code', { class: 'chip' }, scope))),
      ...fact(
        'Token',
        hop.fingerprint === undefined
          ? undefined
          : drawKey(hop.fingerprint, hues, el('code', {}, hop.fingerprint.slice(0, 12))),
        hop.secondsLeft === undefined ? undefined : el('span', {}, life(hop.secondsLeft)),
      ),
      ...fact('Placed in', hop.placement, sentTo(hop)),
    ),
  )
}

function meaning({ hop, placement }: HopEvent): string | undefined {
  if (placement === 'none') return 'No credential goes with this request.'
  if (hop === 'door' && placement === 'cookie')
    return 'The browser sent a cookie that no script can read. The token was on the server.'
  return MEANINGS[hop]
}

/** Says how a hop ended, and why. */
export function outcome({ outcome, reason }: HopEvent): string {
  return reason === undefined ? outcome : `${outcome}: ${reason.replaceAll('_', ' ')}`
}

/** Says how long a credential still lives. */
export function life(seconds: number): string {
  return seconds > 0 ? `${span(seconds)} left` : 'expired'
}

function fact(
  name: string,
  ...parts: readonly (string | HTMLElement | undefined)[]
): readonly HTMLElement[] {
  const given = parts.filter((part) => part !== undefined && part !== '')
  return given.length === 0 ? [] : [el('dt', {}, name), el('dd', {}, ...given)]
}

/**
 * Names who acts for the person, the first actor first. When nobody does, it names the client that
 * the person used.
 */
function through({ actors, client }: HopEvent): HTMLElement | undefined {
  if (actors.length > 0)
    return el('span', { class: 'aside' }, `acting: ${[...actors].reverse().join(' → ')}`)
  return client === undefined ? undefined : el('span', { class: 'aside' }, `through ${client}`)
}

function sentTo({ destination, audience }: HopEvent): HTMLElement | undefined {
  if (destination === undefined || audience.includes(destination)) return undefined
  return el('span', { class: 'aside' }, `to ${short(destination)}`)
}
