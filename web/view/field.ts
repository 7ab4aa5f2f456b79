// The field for the text of a message. It grows with its text, and Enter sends the message.

import { el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

/** Makes the field, empty. */
export function createField(words: Words, onEnter: () => void): HTMLTextAreaElement {
  const field = el('textarea', {
    class: 'field',
    rows: 1,
    'aria-label': words('composer'),
    placeholder: words('placeholder'),
    enterkeyhint: 'send',
  })
  field.addEventListener('keydown', (event) => {
    // While an input method composes a word, Enter belongs to it. Safari reports the last of these
    // Enters after the end of the composition, with the key code 229.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229)
      return
    event.preventDefault()
    onEnter()
  })
  return field
}

/** Makes the field as high as its text, up to what the style allows. */
export function growField(field: HTMLTextAreaElement): void {
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
