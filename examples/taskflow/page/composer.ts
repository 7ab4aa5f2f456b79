// The field where the person writes: Enter sends, Shift+Enter makes a new line, Escape stops the answer.

import type { Chat } from './chat.ts'
import { byId } from './dom.ts'

/** Joins the field, its buttons and the suggestions to the chat. */
export function createComposer(chat: Chat): void {
  const form = byId('composer', HTMLFormElement)
  const field = byId('say', HTMLTextAreaElement)

  function send(message: string): void {
    if (message.trim() === '' || form.dataset.state !== 'ready') return
    field.value = ''
    void chat.say(message.trim())
    field.focus()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    send(field.value)
  })
  field.addEventListener('keydown', (event) => {
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send(field.value)
  })
  byId('stop', HTMLButtonElement).addEventListener('click', () => {
    chat.stop()
    field.focus()
  })
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !document.querySelector('dialog[open]')) chat.stop()
  })
  for (const suggestion of document.querySelectorAll<HTMLButtonElement>('#suggestions button')) {
    suggestion.addEventListener('click', () => send(suggestion.textContent))
  }
}
