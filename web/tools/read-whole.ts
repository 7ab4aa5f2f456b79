// Reads a whole conversation, also the part that is not on the page.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import { parseItems, type ThreadHead } from '../client/parse.ts'
import type { Wire } from '../client/wire.ts'

/** A conversation with all its items, the oldest first. */
export interface Whole {
  readonly id: string
  readonly title?: string
  readonly created_at?: string
  readonly items: readonly Item[]
}

const PAGE_ITEMS = 100
/** A conversation of more items is cut. */
const MAX_PAGES = 200

/** @throws Refused, Unreachable */
export async function readWhole(
  wire: Pick<Wire, 'ask'>,
  { id, title, createdAt }: ThreadHead,
): Promise<Whole> {
  const items: Item[] = []
  let after: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = { thread_id: id, limit: PAGE_ITEMS, order: 'asc' } as const
    const read = parseItems(await wire.ask('items.list', after ? { ...params, after } : params))
    items.push(...read.data)
    after = read.after
    if (after === undefined) break
  }
  return {
    id,
    ...(title === undefined ? {} : { title }),
    ...(createdAt === undefined ? {} : { created_at: createdAt }),
    items,
  }
}
