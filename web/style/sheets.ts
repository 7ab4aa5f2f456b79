// The style sheets of the component. They are constructed, because a page's policy without inline
// styles allows those.

import items from '../content/items/items.css'
import markdown from '../content/markdown/markdown.css'
import controls from '../content/widget/controls.css'
import widget from '../content/widget/widget.css'
import ask from './ask.css'
import bars from './bars.css'
import base from './base.css'
import composer from './composer.css'
import conversation from './conversation.css'
import frame from './frame.css'
import media from './media.css'
import tokens from './tokens.css'

/** The order matters: where two rules are equally specific, the later sheet wins. */
const SHEETS = [
  tokens,
  base,
  frame,
  bars,
  composer,
  ask,
  conversation,
  markdown,
  items,
  widget,
  controls,
  media,
]

/** Makes the sheets for one shadow root. */
export function styleSheets(): CSSStyleSheet[] {
  return SHEETS.map((text) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    return sheet
  })
}
