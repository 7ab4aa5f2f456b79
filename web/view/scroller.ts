// The area of the conversation that scrolls. It stays with the newest item as long as the person is
// at the end.

import { el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** The area on the page. */
export interface Scroller {
  /** The area, and the button that goes to its end. */
  readonly element: HTMLElement
  readonly area: HTMLElement
  /** Scrolls to the end, and stays there. */
  toEnd(): void
  /** Pixels from the end; undefined when the person is there. */
  distance(): number | undefined
  /** Scrolls to this distance from the end. */
  toDistance(distance: number | undefined): void
  /** Runs a drawing of the list. What the person is looking at stays in its place. */
  during(draw: () => void): void
}

/** The person counts as being at the end within so many pixels of it. */
const END_DISTANCE_PX = 48

/**
 * Makes the area around a column, in which the list of items grows. `follows`: whether it stays with
 * the newest words by itself.
 */
export function createScroller(
  words: Words,
  column: HTMLElement,
  list: HTMLElement,
  follows: () => boolean,
): Scroller {
  const area = el(
    'div',
    {
      class: 'scroller',
      role: 'log',
      tabindex: 0,
      'aria-live': 'off',
      'aria-label': words('conversation'),
    },
    column,
  )
  const latest = iconButton('latest', words('toEnd'), toEnd, { class: 'to-end' })
  let stuck = true
  let lastTop = 0

  area.addEventListener('scroll', () => {
    const distance = area.scrollHeight - area.scrollTop - area.clientHeight
    // Growing content moves the end away. The person leaves the end only by scrolling up.
    if (distance < END_DISTANCE_PX) stuck = true
    else if (area.scrollTop < lastTop - 1) stuck = false
    lastTop = area.scrollTop
    latest.hidden = stuck
  })
  // Pictures arrive and details open without a drawing here.
  new ResizeObserver(follow).observe(column)
  new ResizeObserver(follow).observe(area)

  function follow(): void {
    if (!follows()) stuck &&= fromEnd() < END_DISTANCE_PX
    latest.hidden = stuck
    if (stuck) area.scrollTop = area.scrollHeight
  }

  function toEnd(): void {
    stuck = true
    latest.hidden = true
    area.scrollTop = area.scrollHeight
  }

  const fromEnd = () => area.scrollHeight - area.scrollTop - area.clientHeight

  return {
    element: el('div', { class: 'conversation' }, area, latest),
    area,
    toEnd,
    distance: () => (stuck ? undefined : fromEnd()),
    toDistance(distance) {
      if (distance === undefined) return toEnd()
      stuck = false
      area.scrollTop += fromEnd() - distance
    },
    during(draw) {
      const height = area.scrollHeight
      const oldest = list.querySelector('.entry')
      draw()
      follow()
      // Older items came in above.
      if (!stuck && oldest?.isConnected && oldest !== list.querySelector('.entry'))
        area.scrollTop += area.scrollHeight - height
    },
  }
}
