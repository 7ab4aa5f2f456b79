// What a person can do with a message of theirs that has arrived: write another version of it, and
// look at the ones before.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import type { Chat } from '../chat/parts.ts'
import { button, el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'
import { versionSwitch } from './versions.ts'

type OwnMessage = Extract<Item, { type: 'user_message' }>

/** What the buttons do. */
export interface OwnListener extends Pick<Chat, 'edit' | 'choose'> {
  readonly isBusy: () => boolean
}

/** Makes the buttons below a message. */
export function ownFooter(
  message: OwnMessage,
  place: HTMLElement,
  words: Words,
  { edit, choose, isBusy }: OwnListener,
): HTMLElement {
  const versions = message.onbehalf_branches?.message
  const pen = iconButton('write', words('edit'), () => {
    if (!isBusy())
      startEdit(
        message,
        place,
        words,
        (text) => void edit(message, text),
        () => pen.focus(),
      )
  })
  return el(
    'footer',
    { class: 'turn own-turn' },
    pen,
    versions &&
      versionSwitch(versions, words, isBusy, (number) => void choose(message, 'message', number)),
  )
}

/** Puts a field in place of the message, until it is sent or given up. */
function startEdit(
  message: OwnMessage,
  place: HTMLElement,
  words: Words,
  onSent: (text: string) => void,
  onGivenUp: () => void,
): void {
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
