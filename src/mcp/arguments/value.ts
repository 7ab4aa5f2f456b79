// Takes hidden members out of the values in a schema (`default`, `const`, `enum`, `examples`). They
// would tell the model the hidden names.

import { isObject } from '../../core/json.ts'
import { type HiddenTree, hides, isBare, under } from './hidden-tree.ts'

/**
 * Removes what the tree hides from a value. A value with nothing hidden in it comes back as it is.
 * The recursion is as deep as the tree, not as the value. When the steps are spent, the value is of
 * no use: the tool is refused.
 */
export function withoutHidden(
  value: unknown,
  tree: HiddenTree,
  take: (steps: number) => boolean,
): unknown {
  if (isBare(tree)) return value
  if (Array.isArray(value)) {
    if (!take(value.length)) return value
    const next = value.map((one, i) => withoutHidden(one, under(tree, `${i}`), take))
    return next.every((one, i) => one === value[i]) ? value : next
  }
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  if (!take(entries.length)) return value
  const next = entries
    .filter(([name]) => !hides(tree, name))
    .map(([name, one]) => [name, withoutHidden(one, under(tree, name), take)] as const)
  const same = next.length === entries.length && next.every(([name, one]) => value[name] === one)
  return same ? value : Object.fromEntries(next)
}
