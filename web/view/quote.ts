// What the next message is about: a piece of an answer, and a button that takes it away.

import { el, write } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** The quote over the field. */
export interface Quote {
  readonly element: HTMLElement
  /** Empty when there is none. */
  text: string
}

/** Longer pieces are cut: it is there to say what is meant. */
const LONGEST = 2000

/** A place for a quote, empty. */
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
      write(said, text.slice(0, LONGEST))
      quote.element.hidden = text === ''
    },
  }
  return quote
}
