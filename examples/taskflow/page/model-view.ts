// Shows what the model saw for the last answer, word for word. The page searches it for
// credentials, and for that it has the real tokens.
import { byId, el, icon } from './dom.ts'
import { list, record } from './json.ts'
import type { Tokens } from './tokens.ts'

/** Reads and shows the model requests of a trace. */
export function createModelView(tokens: Tokens): (trace: string) => Promise<void> {
  const container = byId('model-requests', HTMLElement)
  const findings = byId('model-findings', HTMLElement)
  const note = byId('model-note', HTMLElement)
  return async (trace) => {
    try {
      const response = await tokens.fetch('chat', `/model-requests/${trace}`, {
        signal: AbortSignal.timeout(15_000),
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      const requests = list(record(await response.json()).requests).map((request) =>
        JSON.stringify(request, null, 2),
      )
      note.textContent =
        requests.length === 0
          ? 'The model was not asked for this answer.'
          : `The model was asked ${times(requests.length)}. Searched here, in your browser:`
      findings.replaceChildren(
        ...(requests.length === 0 ? [] : tokens.look(requests.join('\n')).map(drawFinding)),
      )
      container.replaceChildren(...requests.map(drawRequest))
    } catch {
      container.replaceChildren()
      findings.replaceChildren()
      note.textContent = 'What the model saw could not be read.'
    }
    container.dataset.trace = trace
  }
}

function drawFinding({
  what,
  found,
}: {
  readonly what: string
  readonly found: boolean
}): HTMLElement {
  return el(
    'li',
    {
      class: found ? 'finding bad' : 'finding',
      'data-testid': 'finding',
      'data-found': String(found),
    },
    icon(found ? 'warning' : 'check'),
    el('span', {}, `${what}: ${found ? 'FOUND' : 'not in it'}`),
  )
}

function drawRequest(request: string, index: number): HTMLElement {
  const label = `Request ${index + 1}`
  return el(
    'details',
    { class: 'request', 'data-testid': 'model-request', open: index === 0 },
    el(
      'summary',
      {},
      label,
      el('span', { class: 'size' }, `${request.length.toLocaleString('en')} characters`),
    ),
    // It scrolls, so a person with a keyboard must be able to focus it.
    el('pre', { tabindex: 0, role: 'region', 'aria-label': label }, request),
  )
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
