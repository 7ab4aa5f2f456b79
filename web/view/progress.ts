// The line below the items: what the agent does now, or that a conversation is being read.

import type { ChatState } from '../chat/parts.ts'
import { el, write } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

/** The line on the page. */
export interface Progress {
  readonly element: HTMLElement
  /** `running`: an answer is being written. */
  draw(state: ChatState, running: boolean): void
}

/** Makes the line. */
export function createProgress(words: Words): Progress {
  const line = el('span')
  const element = el(
    'p',
    { class: 'progress' },
    el('span', { class: 'dots', 'aria-hidden': true }),
    line,
  )
  return {
    element,
    draw({ conversation: { entries, progress }, phase }, running) {
      const isWaiting = running && entries.every(({ standing }) => standing !== 'pending')
      const text =
        progress?.text ??
        (phase === 'loading' && entries.length === 0 ? words('loading') : undefined) ??
        (isWaiting ? words('waiting') : undefined)
      element.hidden = text === undefined
      write(line, text ?? '')
    },
  }
}
