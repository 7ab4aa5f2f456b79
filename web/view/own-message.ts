// What a person can do with a message of theirs that has arrived: write another version of it, and
// look at the ones before.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import type { Chat } from '../chat/parts.ts'
import { el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'
import { versionSwitch } from './versions.ts'

type OwnMessage = Extract<Item, { type: 'user_message' }>

/** What the buttons do. */
export interface OwnListener extends Pick<Chat, 'edit' | 'choose'> {
  readonly isBusy: () => boolean
  /** Tells the person something. */
  say(text: string): void
}

/** Makes the buttons below a message. */
export function ownFooter(
  message: OwnMessage,
  place: HTMLElement,
  words: Words,
  { edit, choose, isBusy, say }: OwnListener,
): HTMLElement {
  const versions = message.onbehalf_branches?.message
  const onSent = (text: string) => void edit(message, text)
  const pen = iconButton('write', words('edit'), () => {
    if (isBusy() || place.hidden) return
    import('./edit-message.ts').then(
      ({ startEdit }) => startEdit(message, place, words, onSent, () => pen.focus()),
      () => say(words('unreachable')),
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
