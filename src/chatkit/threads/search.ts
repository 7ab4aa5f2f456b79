// Search in a person's conversations: what counts as found, and the search in a store that has none
// of its own. It reads titles and messages, never hidden items.

import type { Item } from '../protocol/item.ts'
import type { Page, ThreadState } from '../protocol/thread.ts'

/** What is searched for. */
export interface SearchQuery {
  /** Upper and lower case are the same. */
  readonly text: string
  /** The most threads to find, at least 1. */
  readonly limit: number
}

/** A thread in which a text was found. */
export interface FoundThread<T extends ThreadState = ThreadState> {
  readonly thread: T
  /** The newest item with the text. Undefined when the title alone has it. */
  readonly item?: Item
}

/** Characters around what was found. */
const EXCERPT_CHARS = 60
/** A store without a search of its own reads so many of the newest threads, and items of each. */
const READ_THREADS = 100
const READ_ITEMS = 100

/** Whether a text has the words that are searched for. */
export function hasText(text: string, query: string): boolean {
  return text.toLowerCase().includes(query.toLowerCase())
}

/** What a person reads of an item that is searched: the messages of both sides. */
export function searchedText(item: Item): string {
  if (item.type !== 'user_message' && item.type !== 'assistant_message') return ''
  return item.content.map(({ text }) => text).join(' ')
}

/** Returns the words around the first place where a text is found, on one line. */
export function excerptOf(text: string, query: string): string {
  const line = text.replace(/\s+/g, ' ')
  const at = Math.max(0, line.toLowerCase().indexOf(query.toLowerCase()))
  const [from, to] = [at - EXCERPT_CHARS, at + query.length + EXCERPT_CHARS]
  const excerpt = line.slice(Math.max(0, from), to).trim()
  return `${from > 0 ? '…' : ''}${excerpt}${to < line.length ? '…' : ''}`
}

/** Which newest things of a list. */
interface Newest {
  readonly limit: number
  readonly order: 'desc'
}

/** The lists of one person. */
interface ReadableThreads {
  list(query: Newest): Promise<Page<ThreadState> | undefined>
  items(
    threadId: string,
    query: Newest & { readonly hidden: false },
  ): Promise<Page<Item> | undefined>
}

/** Searches by reading: the newest threads, and the newest items of each. */
export async function searchByReading(
  threads: ReadableThreads,
  { text, limit }: SearchQuery,
): Promise<readonly FoundThread[]> {
  const page = await threads.list({ limit: READ_THREADS, order: 'desc' })
  const found: FoundThread[] = []
  for (const thread of page?.data ?? []) {
    if (found.length >= limit) break
    const query = { limit: READ_ITEMS, order: 'desc', hidden: false } as const
    const items = await threads.items(thread.id, query)
    const item = items?.data.find((one) => hasText(searchedText(one), text))
    if (item) found.push({ thread, item })
    else if (hasText(thread.title ?? '', text)) found.push({ thread })
  }
  return found
}
