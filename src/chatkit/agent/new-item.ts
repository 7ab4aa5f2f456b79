// How the writers of an answer get the id, the thread and the time of a new item.

import type { IdKind } from '../protocol/id.ts'
import type { ItemBase } from '../protocol/item.ts'

/** Makes the base of an item: `newItem` of the answer's context. */
export type NewItem = (kind: IdKind) => ItemBase
