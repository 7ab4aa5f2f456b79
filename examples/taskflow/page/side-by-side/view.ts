// The view "Side by side": sends one message to the literal pattern and to onbehalf, and shows what
// became of the credential in each.
import { byId } from '../dom.ts'
import type { Tokens } from '../tokens.ts'
import { drawLane, verdict } from './lane.ts'
import { createMisuses } from './misuses.ts'
import { type Lane, parseComparison } from './parse.ts'

/** What the rest of the page can ask of the view. */
export interface SideBySide {
  /** Sends the message that is in the field to both, with a poisoned task in the list. */
  attack(): Promise<void>
  /** Signs out everywhere in the middle of an answer, and shows what came of it. */
  revoke(): Promise<void>
}

/** A comparison may take so long with a language model. */
const DEADLINE_MS = 120_000

/** Makes the view. It calls `onDone` when the tasks may have changed. */
export function createSideBySide(tokens: Tokens, onDone: () => void): SideBySide {
  const message = byId('compare-message', HTMLInputElement)
  const placement = byId('compare-placement', HTMLSelectElement)
  const status = byId('compare-status', HTMLElement)
  const poison = byId('compare-poison', HTMLElement)
  const buttons = ['compare-send', 'compare-attack'].map((id) => byId(id, HTMLButtonElement))
  let running = false

  async function run(attack: boolean): Promise<void> {
    if (running || message.value.trim() === '') return
    running = true
    for (const button of buttons) button.ariaDisabled = 'true'
    status.textContent = 'Both are working…'
    try {
      const response = await tokens.fetch('chat', '/side-by-side', {
        method: 'POST',
        body: JSON.stringify({ message: message.value, attack, placement: placement.value }),
        signal: AbortSignal.timeout(DEADLINE_MS),
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      const { poison: text, literal, onbehalf } = parseComparison(await response.json())
      poison.hidden = text === undefined
      byId('compare-poison-text', HTMLElement).textContent = text ?? ''
      const told = [show('literal', literal), show('onbehalf', onbehalf)]
      status.textContent = `Left: ${told[0]} Right: ${told[1]}`
    } catch {
      status.textContent = 'The comparison did not come to an end. Please try again.'
    } finally {
      running = false
      for (const button of buttons) button.ariaDisabled = null
      onDone()
    }
  }

  byId('compare-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    void run(false)
  })
  byId('compare-attack', HTMLButtonElement).addEventListener('click', () => void run(true))
  const tryMisuse = createMisuses(tokens)
  return { attack: () => run(true), revoke: () => tryMisuse('revoked') }
}

/** Shows a lane, and gives the sentence that sums it up. */
function show(name: 'literal' | 'onbehalf', lane: Lane): string {
  const { text, bad } = verdict(lane)
  const shown = byId(`lane-${name}-verdict`, HTMLElement)
  shown.textContent = text
  shown.dataset.bad = String(bad)
  const steps = byId(`lane-${name}`, HTMLElement)
  steps.replaceChildren(...drawLane(lane))
  scrollToMark(steps)
  return text
}

/** The instructions are long. What matters in them is the credential. */
function scrollToMark(steps: HTMLElement): void {
  const prompt = steps.querySelector<HTMLElement>('.prompt')
  const mark = prompt?.querySelector('mark')
  if (prompt && mark)
    prompt.scrollTop += mark.getBoundingClientRect().top - prompt.getBoundingClientRect().top - 70
}
