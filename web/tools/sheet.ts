// The style sheet of this module, added to the component's once.

import css from './tools.css'

const known = new WeakSet<Node>()

/** Adds the style sheet to the root that an element is in. */
export function addSheet(place: Element): void {
  const root = place.getRootNode()
  if (!(root instanceof ShadowRoot) || known.has(root)) return
  known.add(root)
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets.push(sheet)
}
