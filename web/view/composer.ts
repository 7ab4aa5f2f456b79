// Where the person writes: the form of a message, or why the conversation takes none, and problems
// with what is being written.

import type { Kept } from '../chat/kept.ts'
import type { ChatState } from '../chat/parts.ts'
import type { Uploads } from '../chat/uploads.ts'
import type { Wire } from '../client/wire.ts'
import { el, write } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { createMessageForm, type FormListener, type MessageForm } from './message-form.ts'

/** The composer on the page. */
export interface Composer extends MessageForm {
  /** Shows a problem with a file, and makes a screen reader say it. An empty text removes it. */
  problem(text: string): void
}

/** Makes the composer, empty. */
export function createComposer(
  settings: ChatSettings,
  words: Words,
  wire: Wire,
  kept: Kept,
  uploads: Uploads,
  listener: Omit<FormListener, 'problem'>,
): Composer {
  const notice = el('p', { class: 'problem', role: 'alert' })
  const problem = (text: string) => write(notice, text)
  const form = createMessageForm(settings, words, wire, kept, uploads, { ...listener, problem })
  const closed = el('p', { class: 'closed', role: 'status' })
  return {
    ...form,
    element: el('div', { class: 'compose' }, notice, form.element, closed),
    problem,
    draw(state: ChatState) {
      const status = state.conversation.thread?.status ?? { type: 'active' }
      const isOpen = status.type === 'active'
      form.element.hidden = !isOpen
      closed.hidden = isOpen
      write(closed, status.type === 'active' ? '' : (status.reason ?? words(status.type)))
      form.draw(state)
    },
  }
}
