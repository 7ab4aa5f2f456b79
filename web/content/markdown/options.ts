// What Markdown is drawn with.

import type { ItemHost } from '../contract.ts'

/** What Markdown is drawn with; looked up at each drawing. An `ItemHost` is one. */
export type MarkdownOptions = Pick<ItemHost, 'text' | 'allowedImageDomains'>
