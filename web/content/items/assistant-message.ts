// An answer: its parts as Markdown with numbered sources.

import type { AssistantMessageItem } from '../../../src/chatkit/protocol/item.ts'
import { el } from '../../dom/dom.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import { type MarkdownView, markdownView } from '../markdown/view.ts'
import { sources } from './sources.ts'
import type { View } from './view.ts'

/** Makes the view of an answer. */
export function assistantMessage(options: MarkdownOptions): View<AssistantMessageItem> {
  const list = sources(options)
  const element = el('div', { class: 'assistant' }, list.element)
  const parts: MarkdownView[] = []
  return {
    element,
    update({ content }) {
      const marks = list.set(content.map((part) => part.annotations))
      for (const [index, part] of content.entries()) {
        const view = parts[index] ?? markdownView(options)
        if (!parts[index]) {
          parts.push(view)
          list.element.before(view.element)
        }
        view.set(part.text, marks[index])
      }
      for (const gone of parts.splice(content.length)) gone.element.remove()
    },
  }
}
