// Which of several versions is shown, and the buttons to the ones beside it.

import type { BranchPlace } from '../../src/chatkit/protocol/item.ts'
import { button, el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

/** Makes the buttons, with the place between them. `isBusy`: nothing can be chosen now. */
export function versionSwitch(
  { number, total }: BranchPlace,
  words: Words,
  isBusy: () => boolean,
  choose: (number: number) => void,
): HTMLElement {
  const step = (by: -1 | 1) => {
    const wanted = number + by
    const isThere = wanted >= 1 && wanted <= total
    const label = words(by < 0 ? 'previous' : 'next')
    return button(
      { class: 'icon-button', 'aria-label': label, title: label, 'aria-disabled': !isThere },
      () => isThere && !isBusy() && choose(wanted),
      by < 0 ? '‹' : '›',
    )
  }
  const place = words('version', { number: String(number), total: String(total) })
  return el('span', { class: 'versions' }, step(-1), el('span', {}, place), step(1))
}
