// One file of the next message: its name, its progress, and a button that removes it.

import type { UploadState } from '../chat/uploads.ts'
import { attribute, el } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** A file on the page. */
export interface UploadChip {
  readonly element: HTMLElement
  update(state: UploadState): void
}

/** Makes the chip of one file. */
export function uploadChip(words: Words, name: string, onRemove: () => void): UploadChip {
  const bar = el('progress', { max: 100 })
  const picture = el('span', { class: 'chip-picture' }, icon('document'))
  const remove = iconButton('close', words('removeAttachment', { name }), onRemove)
  const element = el(
    'li',
    { class: 'chip' },
    picture,
    el('bdi', { class: 'chip-name', title: name }, name),
    bar,
    remove,
  )
  return {
    element,
    update({ state, share }) {
      const percent = String(Math.round(share * 100))
      attribute(bar, 'value', percent)
      attribute(bar, 'aria-label', words('uploading', { name, percent }))
      bar.hidden = state !== 'sending'
      if (element.dataset.state !== state)
        picture.replaceChildren(icon(state === 'failed' ? 'warning' : 'document'))
      element.dataset.state = state
    },
  }
}
