// The statements that search in a person's threads. They compare the stored JSON with a pattern, so they
// find a little too much; the store looks at what they find.

import { type Kysely, type RawBuilder, sql } from 'kysely'
import { place, statement } from './compile.ts'
import type { Statement } from './statement.ts'
import type { ThreadRow, ThreadTables } from './thread-tables.ts'

/** What a search works with. `pattern` is one of `LIKE`, with a backslash before what means itself. */
type OfSearch = { readonly owner: string; readonly pattern: string; readonly rows: number }

/** The statements. */
export interface SearchStatements {
  /** Threads that have the pattern in their state or in an item, the newest first. */
  readonly findThreads: Statement<OfSearch, ThreadRow>
  /** Items of a thread that have the pattern, the newest first. */
  readonly findItems: Statement<OfSearch & { readonly thread: string }, { readonly body: string }>
}

/** Compiles the statements. `like` is the comparison that takes upper and lower case for the same. */
export function searchStatements(
  db: Kysely<ThreadTables>,
  like: RawBuilder<unknown>,
): SearchStatements {
  const has = (column: string) =>
    sql<boolean>`${sql.ref(column)} ${like} ${place<string>('pattern')} escape '\\'`
  const shown = db.selectFrom('item').where('item.hidden', '=', 0).where(has('item.body'))
  const isOfThread = sql<boolean>`${sql.ref('item.thread_id')} = ${sql.ref('thread.id')}`
  return {
    findThreads: statement(
      db
        .selectFrom('thread')
        .select(['thread.id', 'thread.owner', 'thread.version', 'thread.body'])
        .where('thread.owner', '=', place<string>('owner'))
        .where(({ or, exists }) =>
          or([has('thread.body'), exists(shown.select('item.id').where(isOfThread))]),
        )
        .orderBy('thread.seq', 'desc')
        .limit(place<number>('rows')),
    ),
    findItems: statement(
      shown
        .select('item.body')
        .where('item.thread_id', '=', (eb) =>
          eb
            .selectFrom('thread')
            .select('thread.id')
            .where('thread.id', '=', place<string>('thread'))
            .where('thread.owner', '=', place<string>('owner')),
        )
        .orderBy('item.seq', 'desc')
        .limit(place<number>('rows')),
    ),
  }
}
