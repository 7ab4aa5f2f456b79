// A button that copies a text and says so.

import { button } from '../dom/dom.ts'
import type { WordKey } from '../settings/words.ts'

/** Makes a button that copies the text to the clipboard, as the text is when the person presses. */
export function copyButton(
  label: WordKey,
  text: (key: WordKey) => string,
  content: () => string,
): HTMLButtonElement {
  const element = button(
    { class: 'copy', 'aria-label': text(label) },
    () => void copy(),
    text('copy'),
  )
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(content())
    } catch {
      // The browser forbids it, or the page is not in front. The person can still select the text.
      return
    }
    element.textContent = text('copied')
    element.setAttribute('aria-label', text('copied'))
  }
  const back = () => {
    element.textContent = text('copy')
    element.setAttribute('aria-label', text(label))
  }
  element.addEventListener('blur', back)
  element.addEventListener('pointerleave', back)
  return element
}
