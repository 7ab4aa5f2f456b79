// The sign for the state of a step: at work, done, or neither. A screen reader says it, too.

import type { Task } from '../../../src/chatkit/protocol/item.ts'
import { attribute, el } from '../../dom/dom.ts'
import { icon } from '../../dom/icon.ts'
import type { WordKey } from '../../settings/words.ts'

/** Makes a sign. */
export function indicator(): HTMLElement {
  return el('span', { class: 'indicator' })
}

/** Shows the state of the step. */
export function setIndicator(
  sign: HTMLElement,
  status: Task['status_indicator'],
  text: (key: WordKey) => string,
): void {
  if (sign.dataset.status === status) return
  sign.dataset.status = status
  attribute(sign, 'role', status === 'none' ? undefined : 'img')
  attribute(
    sign,
    'aria-label',
    status === 'none' ? undefined : text(status === 'loading' ? 'running' : 'done'),
  )
  sign.replaceChildren(...(status === 'complete' ? [icon('check')] : []))
}
