// The views of a list of things. The view of a thing stays as long as the thing is in the list, so
// the focus and what the person has opened stay.

import { setChildren } from './dom.ts'

/** Draws the list: makes the views of new things, updates all of them, and removes the rest. */
export type DrawViews<T, V> = (things: readonly T[], update?: (view: V, thing: T) => void) => void

/** Returns a function that draws things as the children of an element. Things have unique keys. */
export function keyedViews<T, V extends { readonly element: Element }>(
  parent: Element,
  keyOf: (thing: T) => string | number,
  make: (thing: T) => V,
): DrawViews<T, V> {
  let before = new Map<string | number, V>()
  return (things, update) => {
    const views = new Map<string | number, V>()
    for (const thing of things) {
      const key = keyOf(thing)
      const view = before.get(key) ?? make(thing)
      views.set(key, view)
      update?.(view, thing)
    }
    before = views
    setChildren(
      parent,
      [...views.values()].map(({ element }) => element),
    )
  }
}
