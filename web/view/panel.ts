// The panel with the list of conversations: beside the conversation on a wide page, over it on a
// narrow one.

import { attribute, el } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'
import type { ThreadsView } from './threads-view.ts'

/** The panel, and the element that holds it and the rest of the chat. */
export interface Panel {
  readonly element: HTMLElement
  /** The button that opens and closes the panel. */
  readonly toggle: HTMLButtonElement
  isOpen(): boolean
  /** Draws it again, after the settings have changed. */
  redraw(): void
  /** Opens or closes it, as its button does. */
  show(open: boolean): void
  /** Closes the panel if it lies over the conversation. Returns whether it did. */
  leave(): boolean
}

/** Makes the panel. Without a history it stays closed. `shown`: somebody opened or closed it. */
export function createPanel(
  words: Words,
  threads: ThreadsView,
  settings: ChatSettings,
  shown: (open: boolean) => void,
): Panel {
  const veil = el('div', { class: 'veil' })
  const element = el('div', { class: 'chat', part: 'chat' }, threads.element, veil)
  const toggle = iconButton('menu', words('threads'), press, {
    'aria-expanded': 'false',
  })
  redraw()
  veil.addEventListener('click', leave)
  new ResizeObserver(tell).observe(element)

  // The style sheet decides by the width of the page what is visible.
  const isVisible = (part: HTMLElement) => getComputedStyle(part).display !== 'none'
  const isOpen = () => isVisible(threads.element)
  const isOver = () => isOpen() && isVisible(veil)

  function tell(): void {
    attribute(toggle, 'aria-expanded', String(isOpen()))
  }

  function set(state: 'open' | 'closed' | 'auto'): void {
    element.dataset.threads = state
    tell()
  }

  function redraw(): void {
    toggle.hidden = !settings.history
    element.dataset.threads = settings.history ? 'auto' : 'none'
  }

  function press(): void {
    show(!isOpen())
  }

  function show(opens: boolean): void {
    if (!settings.history || opens === isOpen()) return
    set(opens ? 'open' : 'closed')
    shown(opens)
    if (!opens) return
    void threads.load()
    if (isOver()) threads.element.querySelector('button')?.focus()
  }

  function leave(): boolean {
    if (!isOver()) return false
    set('auto')
    shown(false)
    toggle.focus()
    return true
  }

  return { element, toggle, isOpen, redraw, show, leave }
}
