// The search in a person's threads over any SQL database. The database finds what may have the text,
// and what it finds is read here: a text may stand in a field that nobody reads.

import {
  type FoundThread,
  hasText,
  type SearchQuery,
  searchedText,
} from '../../chatkit/threads/search.ts'
import type { StoredThread } from '../../chatkit/threads/thread-store.ts'
import type { SearchStatements } from '../statements/search-statements.ts'
import type { SqlDatabase } from '../statements/sql.ts'
import { parseItem, parseThread } from './thread-rows.ts'

/** A search looks at so many threads at most that may have the text, and at so many items of each. */
const MAX_THREADS = 200
const MAX_ITEMS = 20

/** Searches the titles and messages of an owner. */
export async function searchThreads(
  database: SqlDatabase,
  run: SearchStatements,
  owner: string,
  { text, limit }: SearchQuery,
): Promise<readonly FoundThread<StoredThread>[]> {
  const pattern = patternOf(text)
  const found: FoundThread<StoredThread>[] = []
  const rows = await database.all(run.findThreads, { owner, pattern, rows: MAX_THREADS })
  for (const row of rows) {
    if (found.length >= limit) break
    const thread = parseThread(row)
    const of = { owner, pattern, thread: thread.id, rows: MAX_ITEMS }
    const items = (await database.all(run.findItems, of)).map(parseItem)
    const item = items.find((one) => hasText(searchedText(one), text))
    if (item) found.push({ thread, item })
    else if (hasText(thread.title ?? '', text)) found.push({ thread })
  }
  return found
}

/**
 * The pattern of a text within JSON. SQLite tells the upper and lower case of other letters than
 * English ones apart, so any letter stands for such a one.
 */
function patternOf(text: string): string {
  const json = JSON.stringify(text).slice(1, -1)
  const pattern = [...json].map((letter) => {
    if (letter > '\u007f' && letter.toLowerCase() !== letter.toUpperCase()) return '_'
    return /[\\%_]/.test(letter) ? `\\${letter}` : letter
  })
  return `%${pattern.join('')}%`
}
