// The pointers of all hidden parameters as one tree. Whoever walks a schema or a value walks down
// the tree at the same time. It knows nothing of schemas and values.

import { EVERY, type Segments } from './pointer.ts'

/** One place: the pointers that end here, and the places below it. */
export interface HiddenTree {
  readonly ends: readonly string[]
  readonly members: ReadonlyMap<string, HiddenTree>
  /** Places below that `under` has put together, so that each is one object. */
  readonly merged: Map<string, HiddenTree>
}

/** The tree of a place with nothing hidden at it or below it. */
export const NOTHING: HiddenTree = { ends: [], members: new Map(), merged: new Map() }

/** Makes the tree of some pointers, each with its text. */
export function treeOf(
  pointers: readonly (readonly [text: string, segments: Segments])[],
): HiddenTree {
  return grow(pointers, 0)
}

function grow(pointers: readonly (readonly [string, Segments])[], level: number): HiddenTree {
  if (pointers.length === 0) return NOTHING
  const ends: string[] = []
  const deeper = new Map<string, (readonly [string, Segments])[]>()
  for (const pointer of pointers) {
    const [text, segments] = pointer
    if (segments.length === level) ends.push(text)
    const segment = segments[level]
    if (segment === undefined) continue
    const same = deeper.get(segment)
    if (same) same.push(pointer)
    else deeper.set(segment, [pointer])
  }
  return {
    ends,
    members: new Map([...deeper].map(([segment, some]) => [segment, grow(some, level + 1)])),
    merged: new Map(),
  }
}

/** Gives what is hidden at and below the member or element with this name. */
export function under(tree: HiddenTree, name: string): HiddenTree {
  const named = name === EVERY ? undefined : tree.members.get(name)
  const every = tree.members.get(EVERY)
  if (!named || !every) return named ?? every ?? NOTHING
  const known = tree.merged.get(name)
  if (known) return known
  const both = merge(named, every)
  tree.merged.set(name, both)
  return both
}

/** Gives what is hidden below every element or member, whatever its name. */
export function underEvery(tree: HiddenTree): HiddenTree {
  return tree.members.get(EVERY) ?? NOTHING
}

/** Whether the member with this name is hidden itself. */
export function hides(tree: HiddenTree, name: string): boolean {
  return under(tree, name).ends.length > 0
}

/** Whether nothing is hidden below this place. */
export function isBare(tree: HiddenTree): boolean {
  return tree.members.size === 0
}

function merge(a: HiddenTree, b: HiddenTree): HiddenTree {
  const members = new Map(a.members)
  for (const [name, tree] of b.members) {
    const other = members.get(name)
    members.set(name, other ? merge(other, tree) : tree)
  }
  return { ends: [...a.ends, ...b.ends], members, merged: new Map() }
}
