// The views of a long list, in groups that are elements of their own, and those in stretches. What
// the browser does for each child of an element it then does for a few stretches, and not for a
// thousand views.

import { el, setChildren } from './dom.ts'

/** An element has so many neighbours in its group, and a group in its stretch, at most. */
const GROUP_SIZE = 12

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
  const group = grouping('group')
  const stretch = grouping('stretch')
  let before = new Map<string, V>()
  return (things, update) => {
    const views = new Map<string, V>()
    for (const thing of things) {
      const key = keyOf(thing)
      const view = before.get(key) ?? make(thing)
      views.set(key, view)
      update(view, thing)
    }
    before = views
    setChildren(parent, stretch(group([...views.values()].map(({ element }) => element))))
  }
}

/** Returns a function that puts elements into groups, and gives the groups in their order. */
function grouping(name: string): (elements: readonly Element[]) => readonly HTMLElement[] {
  let before = new Map<Element, HTMLElement>()
  return (elements) => {
    const placed = new Map<Element, HTMLElement>()
    const groups = new Map<HTMLElement, Element[]>()
    let current: HTMLElement | undefined
    for (const element of elements) {
      const known = before.get(element)
      // A group that the list has left already cannot be entered again.
      if (known && (known === current || !groups.has(known))) current = known
      else if (!current || (groups.get(current)?.length ?? 0) >= GROUP_SIZE)
        current = el('div', { class: name })
      groups.set(current, [...(groups.get(current) ?? []), element])
      placed.set(element, current)
    }
    before = placed
    for (const [group, members] of groups) setChildren(group, members)
    return [...groups.keys()]
  }
}
