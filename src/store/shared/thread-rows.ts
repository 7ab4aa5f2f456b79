// Turns the rows of threads and items into what they are, and threads into rows.

import type { Item } from '../../chatkit/protocol/item.ts'
import type { ThreadState } from '../../chatkit/protocol/thread.ts'
import type { StoredThread } from '../../chatkit/threads/thread-store.ts'
import type { ThreadRow } from '../statements/thread-tables.ts'

/** The JSON of a thread's state. */
export function toBody({ id: _id, owner: _owner, ...state }: StoredThread): string {
  return JSON.stringify(state)
}

/** Reads a thread. Only the stores write rows, so their JSON is ours. */
export function parseThread({ id, owner, body }: ThreadRow): StoredThread {
  return Object.assign(JSON.parse(body) as Omit<ThreadState, 'id'>, { id, owner })
}

/** Reads an item. */
export function parseItem({ body }: { readonly body: string }): Item {
  return JSON.parse(body) as Item
}
