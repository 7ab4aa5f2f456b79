// Takes hidden members out of a value that a schema quotes (`default`, `const`, `enum`,
// `examples`): it would spell out what is hidden.

import { isObject } from '../../core/json.ts'
import { type HiddenTree, hides, isBare, under } from './hidden-tree.ts'

/**
 * The value without what the tree hides; the same one when it holds none of it. The depth is the
 * tree's, not the value's.
 */
export function withoutHidden(value: unknown, tree: HiddenTree): unknown {
  if (isBare(tree)) return value
  if (Array.isArray(value)) {
    const next = value.map((one, i) => withoutHidden(one, under(tree, `${i}`)))
    return next.every((one, i) => one === value[i]) ? value : next
  }
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  const next = entries
    .filter(([name]) => !hides(tree, name))
    .map(([name, one]) => [name, withoutHidden(one, under(tree, name))] as const)
  const same = next.length === entries.length && next.every(([name, one]) => value[name] === one)
  return same ? value : Object.fromEntries(next)
}
