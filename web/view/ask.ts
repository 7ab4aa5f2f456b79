// Asks the person before something is done that cannot be undone, in a dialog of the page.

import { button, el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

/** A question, what it is about, and the word for yes. */
export interface Question {
  readonly heading: string
  readonly text: string
  readonly yes: string
}

/**
 * Resolves with true when the person says yes. The dialog takes the focus and gives it back.
 */
export async function ask(
  place: HTMLElement,
  words: Words,
  { heading, text, yes }: Question,
): Promise<boolean> {
  const title = el('h2', { id: 'question' }, heading)
  const dialog = el(
    'dialog',
    { 'aria-labelledby': title.id },
    title,
    el('p', {}, el('bdi', {}, text)),
    el(
      'div',
      { class: 'ask-buttons' },
      button({ class: 'plain-button', autofocus: true }, () => dialog.close(), words('cancel')),
      button({ class: 'danger-button' }, () => dialog.close('yes'), yes),
    ),
  )
  place.append(dialog)
  dialog.showModal()
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }))
  dialog.remove()
  return dialog.returnValue === 'yes'
}
