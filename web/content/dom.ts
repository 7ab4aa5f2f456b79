// Makes elements. Text becomes a text node and nothing else: no part of the content parses markup, so no Trusted Types policy is needed.

import { shown } from './visible.ts'

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

/** A new button that is one of ours. */
export function button(attributes: Attributes, onClick: () => void, ...children: readonly Child[]): HTMLButtonElement {
  const element = el('button', { type: 'button', ...attributes }, ...children)
  element.addEventListener('click', onClick)
  return element
}

/** Sets, changes or (`false`, undefined) removes an attribute, and leaves one alone that is so already. */
export function attribute(element: Element, name: string, value: string | number | boolean | undefined): void {
  const text = value === true ? (name.startsWith('aria-') ? 'true' : '') : String(value)
  if (value === false || value === undefined) element.removeAttribute(name)
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text)
}

/** A foreign text in a line of ours: isolated, so that its direction stays its own, and with nothing in it that reorders what is read. */
export function foreign(text: string): HTMLElement {
  return el('bdi', {}, shown(text))
}

/** Writes a text, and nothing when it is there already: a selection stays. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** A word of the interface with the values put into its `{…}`. */
export function fill(word: string, values: Readonly<Record<string, string>>): string {
  return word.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
