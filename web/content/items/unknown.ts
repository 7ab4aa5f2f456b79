// A quiet line in the place of an item, or a part of one, that cannot be shown.

import { el } from '../../dom/dom.ts'
import type { MarkdownOptions } from '../markdown/options.ts'

/** Makes the line. */
export function unknownPart({ text }: Pick<MarkdownOptions, 'text'>): HTMLElement {
  return el('p', { class: 'quiet' }, text('unknownPart'))
}
