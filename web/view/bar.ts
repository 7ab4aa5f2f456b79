// The bar above the conversation: its title, the buttons for the list and for a new one, and those
// of the host page.

import { attribute, el, write } from '../dom/dom.ts'
import type { HeaderAction } from '../settings/options.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** The bar on the page. */
export interface Bar {
  readonly element: HTMLElement
  /** Shows a title. An empty one is hidden. */
  draw(title: string): void
  /** Draws it again, after the settings have changed. */
  redraw(): void
}

/** Makes the bar around the button that opens the list. */
export function createBar(
  settings: ChatSettings,
  words: Words,
  toggle: HTMLElement,
  onNew: () => void,
  onActions: (opener: HTMLElement) => void,
): Bar {
  const heading = el('h2', { class: 'title', hidden: true })
  const startNew = iconButton('plus', words('newThread'), onNew, { class: 'icon-button end' })
  const actions: HTMLElement = iconButton(
    'dots-horizontal',
    words('actions'),
    () => onActions(actions),
    { 'aria-haspopup': 'menu', 'aria-expanded': 'false' },
  )
  const element = el('header', { class: 'bar', part: 'bar' })
  let drawn = ''
  const bar: Bar = {
    element,
    draw(title) {
      drawn = title
      const given = settings.header?.title
      write(heading, given === false ? '' : (given ?? title))
      heading.hidden = heading.textContent === ''
    },
    redraw() {
      const { hidden, left, right } = settings.header ?? {}
      attribute(element, 'hidden', hidden)
      actions.hidden = !settings.threadActions
      element.replaceChildren(
        ...buttonOf(left),
        toggle,
        heading,
        startNew,
        actions,
        ...buttonOf(right),
      )
      bar.draw(drawn)
    },
  }
  bar.redraw()
  return bar
}

function buttonOf(action: HeaderAction | undefined): readonly HTMLElement[] {
  return action ? [iconButton(action.icon, action.label, action.onClick)] : []
}
