// The part of an answer that the next message is about, with a button that removes it.

import { el, write } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** The quote above the field. */
export interface Quote {
  readonly element: HTMLElement
  /** Empty when there is no quote. */
  text: string
}

/** Longer quotes are cut: a quote only shows which part is meant. */
const MAX_QUOTE_CHARS = 2000

/** Makes the place for a quote, empty. */
export function createQuote(words: Words, onRemoved: () => void): Quote {
  const said = el('blockquote', { class: 'quoted', dir: 'auto', 'aria-label': words('quoted') })
  const remove = iconButton('close', words('removeQuote'), () => {
    quote.text = ''
    onRemoved()
  })
  const quote: Quote = {
    element: el('div', { class: 'quote', hidden: true }, said, remove),
    get text() {
      return said.textContent
    },
    set text(text) {
      write(said, text.slice(0, MAX_QUOTE_CHARS))
      quote.element.hidden = text === ''
    },
  }
  return quote
}
