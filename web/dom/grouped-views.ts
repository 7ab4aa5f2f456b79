// The views of a long list, in groups that are elements of their own. What the browser does for
// each child of an element it then does for a few groups, and not for a thousand views.

import { el, setChildren } from './dom.ts'

/** A view has so many neighbours in its group at most. */
const GROUP_SIZE = 12

interface Placed<V> {
  readonly view: V
  readonly group: HTMLElement
}

/**
 * Returns a function that draws things as the children of groups in an element. A view stays as
 * long as its thing is in the list, and in its group as long as the order allows. Things have unique
 * keys.
 */
export function groupedViews<T, V extends { readonly element: Element }>(
  parent: Element,
  keyOf: (thing: T) => string,
  make: (thing: T) => V,
): (things: readonly T[], update: (view: V, thing: T) => void) => void {
  let before = new Map<string, Placed<V>>()
  return (things, update) => {
    const placed = new Map<string, Placed<V>>()
    const groups = new Map<HTMLElement, Element[]>()
    let current: HTMLElement | undefined
    for (const thing of things) {
      const known = before.get(keyOf(thing))
      const view = known?.view ?? make(thing)
      // A group that the list has left already cannot be entered again.
      const stays = known && (known.group === current || !groups.has(known.group))
      if (stays) current = known.group
      else if (!current || (groups.get(current)?.length ?? 0) >= GROUP_SIZE)
        current = el('div', { class: 'group' })
      const elements = groups.get(current) ?? []
      elements.push(view.element)
      groups.set(current, elements)
      placed.set(keyOf(thing), { view, group: current })
      update(view, thing)
    }
    before = placed
    for (const [group, elements] of groups) setChildren(group, elements)
    setChildren(parent, [...groups.keys()])
  }
}
