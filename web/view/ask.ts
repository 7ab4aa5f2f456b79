// Asks the person before a conversation is deleted, in a dialog of the page.

import { button, el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

/**
 * Resolves with true when the person wants to delete it. The dialog takes the focus and gives it
 * back.
 */
export async function askToDelete(
  place: HTMLElement,
  title: string,
  words: Words,
): Promise<boolean> {
  const heading = el('h2', { id: 'delete-question' }, words('removeReally'))
  const dialog = el(
    'dialog',
    { 'aria-labelledby': heading.id },
    heading,
    el('p', {}, el('bdi', {}, title)),
    el(
      'div',
      { class: 'ask-buttons' },
      button({ class: 'plain-button', autofocus: true }, () => dialog.close(), words('cancel')),
      button({ class: 'danger-button' }, () => dialog.close('delete'), words('remove')),
    ),
  )
  place.append(dialog)
  dialog.showModal()
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }))
  dialog.remove()
  return dialog.returnValue === 'delete'
}
