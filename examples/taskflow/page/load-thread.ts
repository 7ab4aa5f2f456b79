// Reads a whole thread from the chat server: its first page, then the rest by cursor.
import { list, record, text } from './json.ts'
import { loadedThread, type Thread } from './thread.ts'
import type { Wire } from './wire.ts'

/** Pages read at most: 20 items of the first and 50 of each further one are far more than a person scrolls through. */
const MOST_PAGES = 40

/** @throws Refused when the thread is missing or not this person's. */
export async function loadThread(wire: Wire, threadId: string): Promise<Thread> {
  const answer = record(await wire.ask('threads.get_by_id', { thread_id: threadId }))
  const items: unknown[] = []
  let page = record(answer.items)
  for (let count = 0; count < MOST_PAGES; count++) {
    items.push(...list(page.data))
    const after = text(page.after)
    if (page.has_more !== true || after === undefined) break
    page = record(await wire.ask('items.list', { thread_id: threadId, limit: 50, order: 'asc', after }))
  }
  return loadedThread(answer, items)
}
