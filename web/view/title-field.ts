// The field in which a person gives a conversation another title. The component loads this module
// when it is first needed.

import { el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

const MAX_TITLE_CHARS = 200

/** Makes the field. `byKey`: the person ended with a key, and did not go on elsewhere. */
export function titleField(
  title: string,
  words: Words,
  onEnded: (title: string, byKey: boolean) => void,
  onEscape: () => void,
): HTMLInputElement {
  const field = el('input', {
    class: 'rename',
    'aria-label': words('titleOf'),
    value: title,
    maxlength: MAX_TITLE_CHARS,
  })
  let isOver = false
  const end = (how: () => void) => {
    if (isOver) return
    isOver = true
    how()
  }
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) end(() => onEnded(field.value.trim(), true))
    if (event.key === 'Escape') {
      event.stopPropagation()
      end(onEscape)
    }
  })
  // Whoever goes on elsewhere has finished.
  field.addEventListener('blur', () => end(() => onEnded(field.value.trim(), false)))
  return field
}
