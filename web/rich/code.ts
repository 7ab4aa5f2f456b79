// Colours code with highlight.js. A module of its own, loaded when the first block of code in one of
// its languages is seen.

import hljs from 'highlight.js/lib/core'
import { el } from '../dom/dom.ts'
import css from './code.css'
import { LANGUAGES } from './languages.ts'

export { css }

/** Longer code stays plain: the colours would hold up the page for longer than a frame. */
const MAX_CHARS = 20_000

/**
 * Makes elements, where highlight.js would make markup. Its types say nothing of the names that an
 * emitter needs.
 */
class Elements {
  readonly root: DocumentFragment | HTMLElement = document.createDocumentFragment()
  #open: (DocumentFragment | HTMLElement)[] = [this.root]

  addText(text: string): void {
    this.#open.at(-1)?.append(text)
  }

  startScope(scope: string): void {
    // `title.class.inherited` has the colour of a title.
    const element = el('span', { class: `hl-${/^[a-z_-]*/.exec(scope)?.[0]}` })
    this.#open.at(-1)?.append(element)
    this.#open.push(element)
  }

  endScope(): void {
    if (this.#open.length > 1) this.#open.pop()
  }

  __addSublanguage({ root }: Elements): void {
    this.#open.at(-1)?.append(root)
  }

  toHTML(): string {
    return ''
  }

  finalize(): void {
    this.#open = [this.root]
  }

  openNode(scope: string): void {
    this.startScope(scope)
  }

  closeNode(): void {
    this.endScope()
  }
}

hljs.configure({ __emitter: Elements } as object)
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language)

/** Colours code. Undefined for a language that is not known. */
export function draw(source: string, language: string): DocumentFragment | undefined {
  if (source.length > MAX_CHARS || !hljs.getLanguage(language)) return undefined
  const { _emitter } = hljs.highlight(source, { language, ignoreIllegals: true })
  const { root } = _emitter as unknown as Elements
  return root instanceof DocumentFragment && root.textContent === source ? root : undefined
}
