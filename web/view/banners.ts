// The banners above the composer: notices of the server, a lost connection, and a failure with its
// remedy.

import type { ChatState } from '../chat/parts.ts'
import { button, el, setChildren, write } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'
import type { Words } from '../settings/words.ts'
import type { Notice } from '../state/conversation.ts'
import { iconButton } from './icon-button.ts'

/** The banners above the composer. */
export interface Banners {
  readonly element: HTMLElement
  draw(state: ChatState): void
}

/** Makes the banners. None is visible yet. */
export function createBanners(
  words: Words,
  markdown: (text: string) => HTMLElement,
  listener: { remedy(): void; dismissed(noticeId: number): void },
): Banners {
  const lost = el(
    'p',
    { class: 'banner', 'data-level': 'warning' },
    icon('warning'),
    el('span', {}, words('resuming')),
  )
  const failureText = el('span')
  const remedyText = el('span')
  const remedy = button(
    { class: 'plain-button' },
    () => listener.remedy(),
    icon('reload'),
    remedyText,
  )
  const failure = el(
    'div',
    { class: 'banner', 'data-level': 'danger' },
    icon('warning'),
    failureText,
    remedy,
  )
  const notices = el('div', { class: 'notices' })
  const element = el('div', { class: 'banners' }, notices, lost, failure)
  const drawn = new Map<number, HTMLElement>()

  function notice({ id, level, title, message }: Notice): HTMLElement {
    const text = el(
      'div',
      { class: 'banner-text' },
      ...(title === undefined ? [] : [el('strong', {}, title)]),
      markdown(message),
    )
    const role = level === 'danger' ? 'alert' : 'status'
    const dismiss = iconButton('close', words('dismiss'), () => listener.dismissed(id))
    return el(
      'div',
      { class: 'banner', 'data-level': level, role },
      icon(level === 'info' ? 'info' : 'warning'),
      text,
      dismiss,
    )
  }

  return {
    element,
    draw({ conversation, lost: isLost, phase }) {
      lost.hidden = !isLost
      const wrong = conversation.failure
      failure.hidden = wrong === undefined
      write(failureText, wrong?.message ?? words('failed'))
      remedy.hidden = wrong === undefined || wrong.remedy === 'none' || phase !== 'idle'
      write(remedyText, words(wrong?.remedy === 'sign-in' ? 'signInAgain' : 'retry'))
      for (const id of drawn.keys())
        if (!conversation.notices.some((shown) => shown.id === id)) drawn.delete(id)
      const elements = conversation.notices.map((shown) => {
        const known = drawn.get(shown.id) ?? notice(shown)
        drawn.set(shown.id, known)
        return known
      })
      setChildren(notices, elements)
    },
  }
}
