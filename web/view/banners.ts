// The banners above the composer: notices of the server, a lost connection, and a failure with its
// remedy.

import type { ChatState } from '../chat/parts.ts'
import type { ItemHost } from '../content/contract.ts'
import { markdownView } from '../content/index.ts'
import { button, el, write } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'
import { keyedViews } from '../dom/keyed-views.ts'
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
  host: ItemHost,
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
  const drawNotices = keyedViews(
    notices,
    ({ id }) => id,
    (notice: Notice) => ({
      element: noticeBanner(notice, words, host, () => listener.dismissed(notice.id)),
    }),
  )

  return {
    element: el('div', { class: 'banners' }, notices, lost, failure),
    draw({ conversation, lost: isLost, phase }) {
      lost.hidden = !isLost
      const wrong = conversation.failure
      failure.hidden = wrong === undefined
      write(failureText, wrong?.message ?? words('failed'))
      const hasButton = wrong?.remedy === 'retry' || wrong?.remedy === 'sign-in'
      remedy.hidden = !hasButton || (phase !== 'idle' && wrong?.remedy !== 'sign-in')
      write(remedyText, words(wrong?.remedy === 'sign-in' ? 'signInAgain' : 'retry'))
      drawNotices(conversation.notices)
    },
  }
}

function noticeBanner(
  { level, title, message }: Notice,
  words: Words,
  host: ItemHost,
  onDismissed: () => void,
): HTMLElement {
  const markdown = markdownView(host)
  markdown.set(message)
  return el(
    'div',
    { class: 'banner', 'data-level': level, role: level === 'danger' ? 'alert' : 'status' },
    icon(level === 'info' ? 'info' : 'warning'),
    el(
      'div',
      { class: 'banner-text' },
      title === undefined ? undefined : el('strong', {}, title),
      markdown.element,
    ),
    iconButton('close', words('dismiss'), onDismissed),
  )
}
