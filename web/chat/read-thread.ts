// A thread as the server has it: its head, its newest items, and older ones. Reads only.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import type { Page } from '../../src/chatkit/protocol/thread.ts'
import { parseItems, parseThread, type ThreadHead } from '../client/parse.ts'
import { Refused } from '../client/refused.ts'
import type { Wire } from '../client/wire.ts'

const PAGE = 30
/** A server may give empty pages, because everything on them is hidden. */
const MAX_EMPTY_PAGES = 5

/**
 * Reads a thread and its newest items, newest first.
 * @throws Refused, Unreachable
 */
export async function readThread(
  wire: Wire,
  id: string,
): Promise<{ readonly thread: ThreadHead; readonly page: Page<Item> }> {
  const [answer, page] = await Promise.all([
    wire.ask('threads.get_by_id', { thread_id: id }),
    wire.ask('items.list', { thread_id: id, limit: PAGE, order: 'desc' }).then(parseItems),
  ])
  const thread = parseThread(answer)
  if (!thread) throw new Refused(404, '')
  return { thread, page }
}

/**
 * Reads the items before the cursor, newest first. An empty page means that there are no more, or
 * none for many pages.
 * @throws Refused, Unreachable
 */
export async function readOlder(wire: Wire, id: string, cursor: string): Promise<Page<Item>> {
  let after = cursor
  for (let pages = 1; ; pages++) {
    const page = parseItems(
      await wire.ask('items.list', { thread_id: id, limit: PAGE, order: 'desc', after }),
    )
    if (page.data.length > 0 || page.after === undefined || pages === MAX_EMPTY_PAGES) return page
    after = page.after
  }
}
