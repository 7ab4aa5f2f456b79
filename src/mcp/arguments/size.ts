// How long a JSON value is when it is written down. Parts of it may be the same object at many
// places: each part is measured once, and counts as often as it is written.

import type { StepBudget } from '../../core/steps.ts'

/** Characters that stand around a member or an element: quotes, a colon, a comma. */
const PUNCTUATION = 4

/**
 * Gives about how many characters a value takes. There is no recursion, because values may be deep.
 * When the budget is spent, the answer is of no use.
 */
export function charsOf(value: unknown, budget: StepBudget): number {
  const known = new Map<object, number>()
  const sizeOf = (one: unknown): number =>
    typeof one === 'string' ? one.length : isContainer(one) ? (known.get(one) ?? 0) : PUNCTUATION
  const stack: { readonly node: object; readonly isDone: boolean }[] = isContainer(value)
    ? [{ node: value, isDone: false }]
    : []
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, isDone } = next
    const entries = Object.entries(node)
    if (isDone) {
      let chars = PUNCTUATION
      for (const [name, one] of entries)
        chars += PUNCTUATION + (Array.isArray(node) ? 0 : name.length) + sizeOf(one)
      known.set(node, chars)
      continue
    }
    if (known.has(node)) continue
    known.set(node, 0)
    if (!budget.take(1 + entries.length / 2)) return Number.POSITIVE_INFINITY
    stack.push({ node, isDone: true })
    for (const [, one] of entries) if (isContainer(one)) stack.push({ node: one, isDone: false })
  }
  return sizeOf(value)
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
