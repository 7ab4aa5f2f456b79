// The content of the chat component: it draws the items of a conversation, and Markdown elsewhere.

export { itemView } from './item-view.ts'
export type { MarkdownOptions } from './markdown/options.ts'
export { type MarkdownView, markdownView } from './markdown/view.ts'
