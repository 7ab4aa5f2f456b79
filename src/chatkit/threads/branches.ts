// Versions of a message and of its answer. One of them is in the thread, as any client sees it. Each
// other one is set aside: a hidden item holds everything from there to the end of the thread, also
// what was set aside within it.
//
// So every store has branches without knowing of them, and they have the owner of their thread.

import type { JsonValue } from '../../core/json.ts'
import type { BranchPlace, Item, ItemBase, UserMessageItem } from '../protocol/item.ts'

/** At one place of a thread there are at most so many, the one in the thread among them. */
export const MAX_BRANCHES = 20

/** What was set aside. */
export interface Branch {
  /** What the record is known by. */
  readonly onbehalf: 'branch'
  /** `answer`: what followed the message `item`. `message`: another version of it, and what followed. */
  readonly of: 'message' | 'answer'
  /** For answers, the message that they follow; for a message, itself. */
  readonly item: string
  readonly number: number
  readonly items: readonly Item[]
}

/** A record of a branch, with its id. */
export type BranchRecord = Branch & { readonly id: string }

/** Returns what an item has set aside; undefined for any other item. */
export function branchOf(item: Item): BranchRecord | undefined {
  if (item.type !== 'hidden_context_item') return undefined
  const content = item.content as Partial<Branch> | null
  // An app may store what a client said in a hidden item, but it makes the ids itself.
  return content?.onbehalf === 'branch' && item.id.startsWith(PREFIX)
    ? { ...(content as Branch), id: item.id }
    : undefined
}

/** What the ids of such records begin with. */
const PREFIX = 'onbehalf_branch'

/** Makes the hidden item that holds a branch. */
export function recordOf(
  branch: Omit<Branch, 'onbehalf'>,
  base: Omit<ItemBase, 'id'>,
  newId: (prefix: string) => string,
): Item {
  const id = newId(PREFIX)
  const content: unknown = { onbehalf: 'branch', ...branch }
  // Items are JSON: they came from it, or go into it.
  return { ...base, id, type: 'hidden_context_item', content: content as JsonValue }
}

/** The place of the one in the thread, beside those that are set aside. */
export function placeBeside(records: readonly Branch[]): BranchPlace {
  const taken = new Set(records.map(({ number }) => number))
  let number = 1
  while (taken.has(number)) number++
  return { number, total: records.length + 1 }
}

/** The message with its place. One that has no other has none. */
export function placed(
  message: UserMessageItem,
  of: Branch['of'],
  { number, total }: BranchPlace,
): UserMessageItem {
  const { onbehalf_branches = {}, ...rest } = message
  const { [of]: _, ...others } = onbehalf_branches
  const branches = total > 1 ? { ...others, [of]: { number, total } } : others
  return Object.keys(branches).length === 0 ? rest : { ...rest, onbehalf_branches: branches }
}
