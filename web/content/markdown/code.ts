// A block of code: its language, its text, and a button that copies it. The code is not highlighted
// and never runs.

import { el } from '../../dom/dom.ts'
import { copyButton } from '../copy.ts'
import { shown } from '../visible.ts'
import type { MarkdownOptions } from './options.ts'
import { purify } from './purify.ts'

/**
 * A block of code on the page. `update` keeps the element, and so keeps what the person has
 * selected.
 */
export interface CodeBlock {
  readonly element: HTMLElement
  readonly language: string
  update(text: string): void
}

/** Returns the language of a fence: the first word of its info string. */
export function languageOf(info: string | undefined): string {
  return shown(/^\S{1,40}/.exec(info ?? '')?.[0] ?? '')
}

/** Makes a block of code. */
export function codeBlock(language: string, { text: word }: MarkdownOptions): CodeBlock {
  const code = el('code')
  const label = el('bdi', { class: 'language' }, language)
  // Code is read from left to right in every script. A block that scrolls must be reachable by
  // keyboard.
  const pre = el(
    'pre',
    { dir: 'ltr', tabindex: 0, role: 'group', 'aria-label': language || 'code' },
    code,
  )
  const caption = el('figcaption', {}, label)
  const element = purify(el('figure', { class: 'code' }, caption, pre))
  let content = ''
  caption.append(copyButton('copyCode', word, () => content))
  const body = new Text()
  code.append(body)
  return {
    element,
    language,
    update(text) {
      if (text === content) return
      const [before, now] = [body.data, shown(text)]
      if (now.startsWith(before)) body.appendData(now.slice(before.length))
      else body.data = now
      content = text
    },
  }
}
