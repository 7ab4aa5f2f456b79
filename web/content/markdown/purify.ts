// The second net under Markdown: what was built from the tokens is looked over in place, and whatever Markdown is not made of goes. There is no markup
// to parse, so a sanitizer of markup has nothing to do here, and a quarter of the component's size would be one.

const TAGS = new Set([
  ...[
    'a',
    'b',
    'bdi',
    'blockquote',
    'br',
    'button',
    'code',
    'del',
    'div',
    'em',
    'figcaption',
    'figure',
    'h3',
    'h4',
    'h5',
    'h6',
    'hr',
  ],
  ...[
    'img',
    'input',
    'li',
    'ol',
    'p',
    'path',
    'pre',
    'span',
    'strong',
    'svg',
    'sup',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'ul',
  ],
])

const ATTRIBUTES = new Set([
  ...[
    'alt',
    'aria-hidden',
    'aria-label',
    'checked',
    'class',
    'd',
    'data-align',
    'decoding',
    'dir',
    'disabled',
    'href',
    'loading',
    'referrerpolicy',
  ],
  ...['rel', 'role', 'scope', 'src', 'start', 'tabindex', 'target', 'title', 'type', 'viewBox'],
])

const ADDRESS = /^(?:https?|mailto):/i

/** Leaves of the element only what Markdown is made of. @throws TypeError when the element itself is nothing of it. */
export function purify<T extends HTMLElement>(element: T): T {
  if (!TAGS.has(element.localName)) throw new TypeError('Markdown is made of no such element')
  for (const one of [element, ...element.querySelectorAll('*')]) {
    if (!TAGS.has(one.localName)) {
      one.remove()
      continue
    }
    for (const { name, value } of [...one.attributes]) {
      const leads = name === 'href' || name === 'src'
      if (!ATTRIBUTES.has(name) || (leads && !ADDRESS.test(value))) one.removeAttribute(name)
    }
  }
  return element
}
