// The style sheets of the component, made once a page: constructed ones, which a policy without inline styles allows.

import content from '../content/content.css'
import widget from '../content/widget/widget.css'
import conversation from './conversation.css'
import frame from './frame.css'
import tokens from './tokens.css'

/** Sheets for a shadow root. */
export function styleSheets(): CSSStyleSheet[] {
  return [tokens, frame, conversation, content, widget].map((text) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    return sheet
  })
}
