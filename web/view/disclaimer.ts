// The line of the host page below the composer.

import type { ItemHost } from '../content/contract.ts'
import { markdownView } from '../content/index.ts'
import { attribute, el } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'

/** The line on the page. It is hidden while there is no text. */
export interface DisclaimerView {
  readonly element: HTMLElement
  /** Draws it again, after the settings have changed. */
  redraw(): void
}

/** Makes the line. */
export function createDisclaimer(settings: ChatSettings, host: ItemHost): DisclaimerView {
  const text = markdownView(host)
  const element = el('div', { class: 'disclaimer', part: 'disclaimer' })
  function redraw(): void {
    const { text: says = '', highContrast } = settings.disclaimer ?? {}
    text.set(says)
    element.replaceChildren(...(says === '' ? [] : [text.element]))
    element.hidden = says === ''
    attribute(element, 'data-contrast', highContrast)
  }
  redraw()
  return { element, redraw }
}
