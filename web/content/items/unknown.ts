// An item, or a part of one, that cannot be shown: a quiet line that says so.

import { el } from '../../dom/dom.ts'
import type { MarkdownOptions } from '../markdown/options.ts'

/** The line. */
export function unknownPart({ text }: Pick<MarkdownOptions, 'text'>): HTMLElement {
  return el('p', { class: 'quiet' }, text('unknownPart'))
}
