// The calls of tools that a thread keeps, so that the model of the next turn can read them. They are
// hidden items, so no client sees them, and they go when the thread goes or the answer is tried
// again. Each is stored together with the item that is stored next: it costs no write of its own.

import type { KeptCall } from '../../agent/turn.ts'
import { isObject } from '../../core/json.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { HiddenItem, Item, ItemBase } from '../protocol/item.ts'
import type { NewItem } from './new-item.ts'

const CALLS = 'onbehalf.calls'

/** Characters of the calls of one item. The oldest are left out of a longer one. */
const MAX_ITEM_CHARS = 100_000

/** Writes the calls of one answer. Each method puts its events at the end of `out`. */
export interface CallsWriter {
  write(call: KeptCall, out: AnswerEvent[]): void
  /** A text comes: later calls are kept after it. */
  close(): void
}

interface Group {
  readonly base: ItemBase
  readonly calls: Map<string, KeptCall>
}

/** Makes the writer. */
export function callsWriter(newItem: NewItem): CallsWriter {
  const groups: Group[] = []
  let isOpen = false
  return {
    write(call, out) {
      let group = groups.find(({ calls }) => calls.has(call.callId))
      if (!group && isOpen) group = groups.at(-1)
      if (!group) {
        group = { base: newItem('hidden'), calls: new Map() }
        groups.push(group)
        isOpen = true
      }
      group.calls.set(call.callId, { ...group.calls.get(call.callId), ...call })
      out.push({ type: 'thread.item.noted', item: callsItem(group) })
    },
    close() {
      isOpen = false
    },
  }
}

function callsItem({ base, calls }: Group): HiddenItem {
  const kept = newest([...calls.values()], Number.POSITIVE_INFINITY, MAX_ITEM_CHARS, sizeOf)
  const content = { type: CALLS, calls: kept.map((call) => ({ ...call })) }
  return { ...base, type: 'hidden_context_item', content }
}

/**
 * The calls of an item; undefined when it is none of these. Only the writer writes them, so their
 * shape is trusted when the type matches.
 */
export function callsOf(item: Item): readonly KeptCall[] | undefined {
  if (item.type !== 'hidden_context_item' || !isObject(item.content)) return undefined
  const { type, calls } = item.content
  return type === CALLS && Array.isArray(calls)
    ? (calls as unknown as readonly KeptCall[])
    : undefined
}

/** Characters of a call. */
export function sizeOf({ arguments: args, output = '', lead = '' }: KeptCall): number {
  return args.length + output.length + lead.length
}

/** The newest elements of a list that are within both bounds, in their order. */
export function newest<T>(
  list: readonly T[],
  count: number,
  size: number,
  sizeOfOne: (one: T) => number,
): readonly T[] {
  let left = size
  let from = list.length
  while (from > 0 && list.length - from < count) {
    const one = list[from - 1]
    if (one !== undefined) left -= sizeOfOne(one)
    if (left < 0) break
    from -= 1
  }
  return list.slice(from)
}
