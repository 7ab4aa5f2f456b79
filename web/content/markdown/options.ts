// What the drawing of Markdown needs.

import type { ItemHost } from '../contract.ts'

/** What the drawing of Markdown needs. It is read at each drawing. An `ItemHost` has it all. */
export type MarkdownOptions = Pick<ItemHost, 'text' | 'allowedImageDomains' | 'rich'>
