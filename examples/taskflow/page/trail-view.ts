// The credential trail of the last answer: every hop in order, who acted for whom, and how little
// each credential could do.
import { byId, el, icon } from './dom.ts'
import { type HopEvent, parseHop, span } from './hop.ts'
import { listOf, record } from './json.ts'
import type { Tokens } from './tokens.ts'

const NAMES: Readonly<Record<string, string>> = {
  door: 'Chat door',
  exchange: 'Token exchange',
  carry: 'Carried to the tools',
  'server-door': 'Tool server’s door',
  api: 'Carried to the API',
}

/** What happens at each kind of hop, in a sentence. */
const MEANINGS: Readonly<Record<string, string>> = {
  door: 'Verified. The agent gets only a handle.',
  exchange: 'A new token, for one destination only.',
  carry: 'Put into this one request, outside the model.',
  'server-door': 'It verifies that the token is meant for it.',
  api: 'The tool calls the API in your name.',
}

/** Reads and shows the trail of a trace. */
export function createTrailView(tokens: Tokens): (trace: string) => Promise<void> {
  const container = byId('trail-list', HTMLElement)
  const note = byId('trail-note', HTMLElement)
  const keys = byId('trail-keys', HTMLElement)
  return async (trace) => {
    try {
      const response = await tokens.fetch('chat', `/trail/${trace}`, {
        signal: AbortSignal.timeout(15_000),
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      const hops = listOf(record(await response.json()).events, parseHop)
      const hues = huesOf(hops)
      keys.replaceChildren(...drawKeys(hops, hues))
      container.replaceChildren(...hops.map((hop) => drawHop(hop, hues)))
      note.textContent = summary(hops)
    } catch {
      keys.replaceChildren()
      container.replaceChildren()
      note.textContent = 'The trail of this answer could not be read.'
    }
    container.dataset.trace = trace
  }
}

/** A hue for each credential, by its fingerprint. */
type Hues = ReadonlyMap<string, number>

/**
 * Hues a golden angle apart, in the order in which the credentials came up: neighbours never look
 * alike.
 */
function huesOf(hops: readonly HopEvent[]): Hues {
  const fingerprints = [...new Set(hops.flatMap(({ fingerprint }) => fingerprint ?? []))]
  return new Map(
    fingerprints.map((fingerprint, index) => [fingerprint, Math.round(250 + index * 137.5) % 360]),
  )
}

function summary(hops: readonly HopEvent[]): string {
  const credentials = new Set(hops.flatMap(({ fingerprint }) => fingerprint ?? [])).size
  if (hops.length === 0) return 'No credential moved for this answer.'
  return `${hops.length} ${hops.length === 1 ? 'hop' : 'hops'}, ${credentials} ${credentials === 1 ? 'credential' : 'different credentials, each for one place'}.`
}

/**
 * The different credentials in the order they came up, each with the place it is good for: the
 * whole chain at a glance.
 */
function drawKeys(hops: readonly HopEvent[], hues: Hues): readonly HTMLElement[] {
  const audiences = new Map<string, string>()
  for (const { fingerprint, audience } of hops) {
    if (fingerprint !== undefined && !audiences.has(fingerprint))
      audiences.set(fingerprint, audience.map(short).join(', '))
  }
  return [...audiences].map(([fingerprint, audience]) =>
    el('li', {}, drawFingerprint(fingerprint, hues, `for ${audience}`)),
  )
}

function drawHop(hop: HopEvent, hues: Hues): HTMLElement {
  return el(
    'li',
    { class: `hop ${hop.outcome}`, 'data-testid': 'hop', 'data-hop': hop.hop },
    el(
      'div',
      { class: 'hop-head' },
      el('h3', {}, NAMES[hop.hop] ?? hop.hop),
      el(
        'span',
        { class: 'outcome' },
        hop.reason === undefined
          ? hop.outcome
          : `${hop.outcome}: ${hop.reason.replaceAll('_', ' ')}`,
      ),
    ),
    el(
      'p',
      { class: 'meaning' },
      hop.operation === undefined ? undefined : el('code', { class: 'operation' }, hop.operation),
      hop.placement === 'none' ? 'No credential goes with this request.' : MEANINGS[hop.hop],
    ),
    el(
      'dl',
      {},
      ...fact('For', hop.subject, through(hop)),
      ...fact('Audience', hop.audience.map(short).join(', ')),
      ...fact('Scopes', ...hop.scopes.map((scope) => el('code', { class: 'chip' }, scope))),
      ...fact(
        'Token',
        hop.fingerprint === undefined ? undefined : drawFingerprint(hop.fingerprint, hues),
        hop.secondsLeft === undefined ? undefined : el('span', {}, life(hop.secondsLeft)),
      ),
      ...fact('Placed in', hop.placement, sentTo(hop)),
    ),
  )
}

function fact(
  name: string,
  ...parts: readonly (string | HTMLElement | undefined)[]
): readonly HTMLElement[] {
  const given = parts.filter((part) => part !== undefined && part !== '')
  return given.length === 0 ? [] : [el('dt', {}, name), el('dd', {}, ...given)]
}

/**
 * Who acts for the person, the first one first; where nobody does, the client that the person used.
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

function life(seconds: number): string {
  return seconds > 0 ? `${span(seconds)} left` : 'expired'
}

/**
 * One colour for one credential, so that the eye sees where the next one begins; the text says the
 * same.
 */
function drawFingerprint(fingerprint: string, hues: Hues, label?: string): HTMLElement {
  const text = label ?? el('code', {}, fingerprint.slice(0, 12))
  const mark = el(
    'span',
    { class: 'fingerprint', title: `Fingerprint ${fingerprint}` },
    icon('key'),
    text,
  )
  mark.style.setProperty('--hue', String(hues.get(fingerprint) ?? 0))
  return mark
}

/** A resource without its scheme: what differs between two of them is the rest. */
function short(resource: string): string {
  return resource.replace(/^https?:\/\//, '')
}
