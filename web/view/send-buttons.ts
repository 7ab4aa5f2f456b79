// The button that sends a message, and the one that takes its place and stops the answer.

import type { ChatState } from '../chat/parts.ts'
import { attribute, el } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** The two buttons. One of them is visible. */
export interface SendButtons {
  readonly elements: readonly HTMLElement[]
  /** Shows whether the message can be sent. */
  setReady(ready: boolean): void
  /** Returns whether the button is gone that the person pressed, and the focus with it. */
  draw(state: ChatState): boolean
}

/** Makes the buttons. The form submits itself when the person presses the first one. */
export function createSendButtons(words: Words, onStopped: () => void): SendButtons {
  const send = el(
    'button',
    { type: 'submit', class: 'send', 'aria-label': words('send'), title: words('send') },
    icon('send'),
  )
  const stop = iconButton('stop', words('stop'), onStopped, { class: 'send stop' })
  return {
    elements: [stop, send],
    setReady: (ready) => attribute(send, 'aria-disabled', !ready),
    draw({ phase, conversation }) {
      const hadFocus = stop.matches(':focus')
      const busy = phase === 'running' || phase === 'stopping'
      stop.hidden = !busy || !conversation.canStop
      attribute(stop, 'aria-disabled', phase === 'stopping')
      send.hidden = !stop.hidden
      return hadFocus && stop.hidden
    },
  }
}
