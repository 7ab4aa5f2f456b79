// The field in which a person writes another version of their message. The component loads this
// module when a person first edits one.

import type { UserMessageItem } from '../../src/chatkit/protocol/item.ts'
import { button, el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

/** Puts a field in place of the message, until it is sent or given up. */
export function startEdit(
  message: UserMessageItem,
  place: HTMLElement,
  words: Words,
  onSent: (text: string) => void,
  onGivenUp: () => void,
): void {
  // A second press came while this module was on its way.
  if (place.hidden) return
  const field = el('textarea', { class: 'rename', rows: 3, 'aria-label': words('edit') })
  field.value = message.content.map(({ text }) => text).join('')
  const end = () => {
    form.remove()
    place.hidden = false
  }
  const form = el(
    'form',
    { class: 'edit' },
    field,
    button({ class: 'plain-button' }, giveUp, words('cancel')),
    el('button', { class: 'plain-button' }, words('send')),
  )
  function giveUp(): void {
    end()
    onGivenUp()
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const text = field.value.trim()
    if (text === '') return
    end()
    onSent(text)
  })
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      giveUp()
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      if (event.target !== field) return
      event.preventDefault()
      form.requestSubmit()
    }
  })
  place.hidden = true
  place.after(form)
  field.focus()
}
