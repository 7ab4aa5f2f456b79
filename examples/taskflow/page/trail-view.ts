// Shows the credential trail of the last answer: each hop in order, who acted for whom, and what
// each credential was for.
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

/** A sentence for each kind of hop. */
const MEANINGS: Readonly<Record<string, string>> = {
  door: 'Verified. The agent gets only a handle.',
  exchange: 'A new token, for one destination only.',
  carry: 'Put into this one request, outside the model.',
  'server-door': 'It verifies that the token is meant for it.',
  api: 'The tool calls the API in your name.',
}

/** Makes the function that reads and shows the trail of a trace. */
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
 * Gives each credential a hue, in the order of their first hops. The hues are a golden angle apart,
 * so that neighbours never look alike.
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
 * Draws the different credentials in the order of their first hops, each with its audience. So a
 * person sees the whole chain at once.
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

function life(seconds: number): string {
  return seconds > 0 ? `${span(seconds)} left` : 'expired'
}

/**
 * Draws a fingerprint. Each credential has one colour, so that a person sees where the next one
 * begins. The text says the same.
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

/** Removes the scheme of a resource, because all of them have the same. */
function short(resource: string): string {
  return resource.replace(/^https?:\/\//, '')
}
