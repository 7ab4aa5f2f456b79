// A block of code: its language, its text, and a button that copies it. Where something draws it, it
// gets colours, or its diagram. The code never runs.

import { button, el } from '../../dom/dom.ts'
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
export function codeBlock(language: string, { text: word, rich }: MarkdownOptions): CodeBlock {
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
  const body = new Text()
  code.append(body)
  const diagram = language === 'mermaid' ? diagramOf(pre, word) : undefined
  caption.append(
    ...(diagram ? [diagram.toggle] : []),
    copyButton('copyCode', word, () => content),
  )

  function draw(): void {
    if (diagram) rich?.draw(element, 'diagram', [content], diagram.put)
    else if (language === 'math')
      rich?.draw(element, 'formula', [content.trim(), true], (drawn) =>
        element.replaceChildren(drawn),
      )
    else if (language !== '')
      rich?.draw(element, 'code', [body.data, language.toLowerCase()], (drawn) =>
        code.replaceChildren(drawn),
      )
  }

  return {
    element,
    language,
    update(text) {
      if (text === content) return
      const [before, now] = [body.data, shown(text)]
      if (now.startsWith(before)) body.appendData(now.slice(before.length))
      else body.data = now
      content = text
      if (body.parentNode !== code) code.replaceChildren(body)
      draw()
    },
  }
}

/** A diagram in place of its text, and a button that shows the text. */
function diagramOf(
  pre: HTMLElement,
  word: MarkdownOptions['text'],
): { readonly toggle: HTMLElement; put(drawn: Node): void } {
  const place = el('div', {
    class: 'diagram',
    role: 'img',
    'aria-label': word('diagram'),
    hidden: true,
  })
  const show = (isDiagram: boolean) => {
    place.hidden = !isDiagram
    pre.hidden = isDiagram
    toggle.textContent = word(isDiagram ? 'showText' : 'diagram')
  }
  const toggle = button({ class: 'copy', hidden: true }, () => show(place.hidden === true), '')
  return {
    toggle,
    put(drawn) {
      if (!place.isConnected) pre.before(place)
      place.replaceChildren(drawn)
      if (toggle.hidden) show(true)
      toggle.hidden = false
    },
  }
}
