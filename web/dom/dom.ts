// Makes elements. Text always becomes a text node. Nothing here parses markup, so no Trusted Types
// policy is needed.

/** What an element is given to hold. */
export type Child = Node | string | undefined

/** Attributes by name: `true` for one without a value; none for `false` and undefined. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** A new element. Attribute names are always our own, never data. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) attribute(element, name, value)
  element.append(...children.filter((child) => child !== undefined))
  return element
}

/** A new button, which is no form's. */
export function button(
  attributes: Attributes,
  onClick: () => void,
  ...children: readonly Child[]
): HTMLButtonElement {
  const element = el('button', { type: 'button', ...attributes }, ...children)
  element.addEventListener('click', onClick)
  return element
}

/**
 * Sets, changes or (`false`, undefined) removes an attribute. It does not touch an attribute that
 * has the value already.
 */
export function attribute(
  element: Element,
  name: string,
  value: string | number | boolean | undefined,
): void {
  const text = value === true ? (name.startsWith('aria-') ? 'true' : '') : String(value)
  if (value === false || value === undefined) element.removeAttribute(name)
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text)
}

/**
 * Writes a text, unless it is there already. So a selection stays, and a screen reader reads only
 * new text.
 */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Gives the element these children, in this order. It touches only what differs, so the focus and a
 * selection stay.
 */
export function setChildren(parent: Element, children: readonly Element[]): void {
  const wanted = new Set(children)
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove()
  for (const [at, child] of children.entries()) {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null)
  }
}
