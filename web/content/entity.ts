// Things of the host page in the conversation, which the person can press.

import { type Child, el } from '../dom/dom.ts'
import type { Entity } from '../settings/options.ts'

const shown = new WeakMap<Element, Entity>()

/** Makes a button that shows an entity. What a press does is decided at the root. */
export function entityButton(
  entity: Omit<Entity, 'data'> & { readonly data: object },
  ...children: readonly Child[]
): HTMLElement {
  const element = el('button', { type: 'button', class: 'entity' }, ...children)
  const data = Object.entries(entity.data).filter(([, value]) => typeof value === 'string')
  shown.set(element, { ...entity, data: Object.fromEntries(data) })
  return element
}

/** The entity that an element shows, if it shows one. */
export function entityOf(element: Element): Entity | undefined {
  return shown.get(element)
}
