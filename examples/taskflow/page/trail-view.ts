// The credential trail of the last answer: every hop in order, who acted for whom, and how little each credential could do.
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
  door: 'Your token is verified and put into the vault. The agent gets a handle.',
  exchange: 'A new token is issued, for one destination only.',
  carry: 'The token is put into this one request, outside the model.',
  'server-door': 'The tool server verifies that the token is meant for it.',
  api: 'The tool calls the API on your behalf.',
}

/** Reads and shows the trail of a trace. */
export function createTrailView(tokens: Tokens): (trace: string) => Promise<void> {
  const container = byId('trail-list', HTMLElement)
  const note = byId('trail-note', HTMLElement)
  return async (trace) => {
    try {
      const response = await tokens.fetch('chat', `/trail/${trace}`, { signal: AbortSignal.timeout(15_000) })
      if (!response.ok) throw new Error(`status ${response.status}`)
      const hops = listOf(record(await response.json()).events, parseHop)
      container.replaceChildren(...hops.map(drawHop))
      note.textContent = summary(hops)
    } catch {
      container.replaceChildren()
      note.textContent = 'The trail of this answer could not be read.'
    }
  }
}

function summary(hops: readonly HopEvent[]): string {
  const credentials = new Set(hops.flatMap(({ fingerprint }) => fingerprint ?? [])).size
  if (hops.length === 0) return 'No credential moved for this answer.'
  return `${hops.length} ${hops.length === 1 ? 'hop' : 'hops'}, ${credentials} different ${credentials === 1 ? 'credential' : 'credentials'}. None of them reached the model.`
}

function drawHop(hop: HopEvent): HTMLElement {
  const row = el(
    'li',
    { class: `hop ${hop.outcome}`, 'data-testid': 'hop', 'data-hop': hop.hop },
    el(
      'div',
      { class: 'hop-head' },
      el('h3', {}, NAMES[hop.hop] ?? hop.hop),
      hop.operation === undefined ? undefined : el('code', { class: 'operation' }, hop.operation),
      el(
        'span',
        { class: 'outcome' },
        hop.reason === undefined ? hop.outcome : `${hop.outcome}: ${hop.reason.replaceAll('_', ' ')}`,
      ),
    ),
    el('p', { class: 'meaning' }, MEANINGS[hop.hop] ?? ''),
    el(
      'dl',
      {},
      ...fact('For', hop.subject),
      ...fact('Acting', [...hop.actors].reverse().join(' → ')),
      ...fact('Client', hop.actors.length > 0 && hop.client === hop.actors[0] ? undefined : hop.client),
      ...fact('Audience', hop.audience.map(short).join(', ')),
      ...fact(
        'Going to',
        hop.destination === undefined || hop.audience.includes(hop.destination) ? undefined : short(hop.destination),
      ),
      ...fact(
        'Scopes',
        hop.scopes.length === 0 ? undefined : el('span', { class: 'chips' }, ...hop.scopes.map((scope) => el('code', {}, scope))),
      ),
      ...fact('Life left', hop.secondsLeft === undefined ? undefined : span(hop.secondsLeft)),
      ...fact('Placed in', hop.placement),
      ...fact('Fingerprint', hop.fingerprint === undefined ? undefined : drawFingerprint(hop.fingerprint)),
    ),
  )
  return row
}

function fact(name: string, value: string | HTMLElement | undefined): readonly HTMLElement[] {
  return value === undefined || value === '' ? [] : [el('dt', {}, name), el('dd', {}, value)]
}

/** One colour for one credential, so that the eye sees where the next one begins; the text says the same. */
function drawFingerprint(fingerprint: string): HTMLElement {
  const mark = el('span', { class: 'fingerprint', title: fingerprint }, icon('key'), el('code', {}, fingerprint.slice(0, 12)))
  mark.style.setProperty('--hue', String(Number.parseInt(fingerprint.slice(0, 4), 16) % 360 || 0))
  return mark
}

/** A resource without its scheme: what differs between two of them is the rest. */
function short(resource: string): string {
  return resource.replace(/^https?:\/\//, '')
}
