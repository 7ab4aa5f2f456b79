// The buttons that misuse the person's own token, and what the parts of TaskFlow answer to it.
import { byId, el, icon } from '../dom.ts'
import type { Tokens } from '../tokens.ts'
import { type MisuseResult, parseMisuse } from './parse.ts'

/** Listens to the buttons. Gives the function that does the misuse of a name. */
export function createMisuses(tokens: Tokens): (kind: string) => Promise<void> {
  const results = byId('misuse-results', HTMLElement)
  let running = false

  async function tryMisuse(kind: string): Promise<void> {
    if (running) return
    running = true
    try {
      const response = await tokens.fetch('chat', '/misuse', {
        method: 'POST',
        body: JSON.stringify({ kind }),
        signal: AbortSignal.timeout(30_000),
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      place(kind, draw(parseMisuse(await response.json())))
    } catch {
      place(kind, [el('p', { class: 'problem' }, 'This could not be tried. Please try again.')])
    } finally {
      running = false
    }
  }

  /** The newest result stands first, and the same misuse has one place. */
  function place(kind: string, content: readonly HTMLElement[]): void {
    results.querySelector(`[data-kind="${kind}"]`)?.remove()
    const result = el(
      'li',
      { class: 'misuse', 'data-kind': kind, 'data-testid': 'misuse' },
      ...content,
    )
    results.prepend(result)
    result.scrollIntoView({ block: 'nearest' })
  }

  for (const button of document.querySelectorAll<HTMLButtonElement>('#misuse-buttons button'))
    button.addEventListener('click', () => void tryMisuse(button.value))
  return tryMisuse
}

function draw({ tried, status, error, reason, sentence, literal }: MisuseResult) {
  const code = [status, error].filter((part) => part !== undefined).join(' ')
  return [
    el('p', { class: 'tried' }, tried),
    el(
      'p',
      { class: 'refusal' },
      el('span', { class: 'status-code' }, icon('shield'), code === '' ? 'never sent' : code),
      el('span', {}, sentence),
    ),
    ...(reason === undefined
      ? []
      : [
          el(
            'p',
            { class: 'hint' },
            'In the audit, for the operator: ',
            el('code', { class: 'chip' }, reason),
          ),
        ]),
    ...(literal === undefined
      ? []
      : [el('p', { class: 'contrast' }, icon('warning'), el('span', {}, literal))]),
  ]
}
