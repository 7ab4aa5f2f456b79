// The bar above the conversation: its title, and the buttons for the list and for a new one.

import { el, write } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** The bar on the page. */
export interface Bar {
  readonly element: HTMLElement
  /** Shows a title. An empty one is hidden. */
  draw(title: string): void
}

/** Makes the bar around the button that opens the list. */
export function createBar(words: Words, toggle: HTMLElement, onNew: () => void): Bar {
  const heading = el('h2', { class: 'title', hidden: true })
  return {
    element: el(
      'header',
      { class: 'bar', part: 'bar' },
      toggle,
      heading,
      iconButton('plus', words('newThread'), onNew),
    ),
    draw(title) {
      write(heading, title)
      heading.hidden = title === ''
    },
  }
}
