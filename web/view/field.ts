// The field for the text of a message. It grows with its text, and Enter sends the message.

import { attribute, el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

/** The field on the page. */
export interface Field {
  readonly element: HTMLTextAreaElement
  text: string
  /** Where the cursor is, if it is in the field. */
  cursor(): readonly [start: number, end: number] | undefined
  /** Puts the cursor there. Undefined: it stays elsewhere. */
  moveTo(cursor: readonly [start: number, end: number] | undefined): void
  /** Adds words to the text, and puts the cursor behind them. */
  append(words: string): void
  /** What the field says while it is empty. */
  placeholder(text: string): void
  /** Makes the field as high as its text, up to what the style allows. */
  grow(): void
}

/** Makes the field, empty. `onChanged` is called when its text has changed. */
export function createField(words: Words, onEnter: () => void, onChanged: () => void): Field {
  const element = el('textarea', {
    class: 'field',
    rows: 1,
    'aria-label': words('composer'),
    enterkeyhint: 'send',
  })
  element.addEventListener('input', onChanged)
  element.addEventListener('keydown', (event) => {
    // While an input method composes a word, Enter belongs to it. Safari reports the last of these
    // Enters after the end of the composition, with the key code 229.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229)
      return
    event.preventDefault()
    onEnter()
  })
  return {
    element,
    get text() {
      return element.value
    },
    set text(text) {
      element.value = text
      onChanged()
    },
    append(words) {
      element.value = `${element.value.trim()} ${words}`.trim()
      onChanged()
      element.focus()
    },
    cursor: () =>
      element.matches(':focus') ? [element.selectionStart, element.selectionEnd] : undefined,
    moveTo(cursor) {
      if (!cursor) return
      element.focus()
      element.setSelectionRange(...cursor)
    },
    placeholder: (text) => attribute(element, 'placeholder', text),
    grow() {
      element.style.height = 'auto'
      element.style.height = `${element.scrollHeight}px`
    },
  }
}
