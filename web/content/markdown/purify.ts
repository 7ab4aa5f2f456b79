// The second net under Markdown: what was built from the tokens is looked over in place, and whatever Markdown is not made of goes. There is no markup
// to parse, so a sanitizer of markup has nothing to do here, and would be a fifth of the component's size.

const TAGS = new Set(
  'a bdi blockquote br button code del div em figcaption figure h3 h4 h5 h6 hr img input li ol p pre span strong table tbody td th thead tr ul'.split(
    ' ',
  ),
)

const ATTRIBUTES = new Set(
  'alt aria-label checked class decoding dir disabled href loading referrerpolicy rel role scope src start tabindex target type'.split(
    ' ',
  ),
)

const HTML = 'http://www.w3.org/1999/xhtml'
const ADDRESS = /^(?:https?|mailto):/i

/** Leaves of the element only what Markdown is made of. @throws TypeError when the element itself is nothing of it. */
export function purify<T extends HTMLElement>(element: T): T {
  if (!isAllowed(element)) throw new TypeError('Markdown is made of no such element')
  for (const one of [element, ...element.querySelectorAll('*')]) {
    if (!isAllowed(one)) one.remove()
    // Also of what has just been taken out: an image would go on loading.
    for (const { name, value } of [...one.attributes]) {
      const leads = name === 'href' || name === 'src'
      if (!ATTRIBUTES.has(name) || (leads && !ADDRESS.test(value))) one.removeAttribute(name)
    }
  }
  return element
}

/** SVG and MathML have elements of the same names that do other things. */
function isAllowed({ namespaceURI, localName }: Element): boolean {
  return namespaceURI === HTML && TAGS.has(localName)
}
