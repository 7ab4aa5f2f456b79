// The statements of the counts of calls.

import { type Kysely, sql } from 'kysely'
import { place, statement } from './compile.ts'
import type { Statement } from './statement.ts'

/** The table, as the migrations make it. */
export interface CountTables {
  readonly call_count: { key: string; since: number; used: number }
}

/** The statements. */
export interface CountStatements {
  /**
   * Counts one more call, in one step, so that instances together count no more than may be. A clock
   * that is late counts in the time that another instance is in already.
   */
  readonly take: Statement<{ readonly key: string; readonly since: number; readonly most: number }>
}

/** Compiles the statements. */
export function countStatements(db: Kysely<CountTables>): CountStatements {
  const isOver = sql<boolean>`call_count.since < excluded.since`
  return {
    take: statement(
      db
        .insertInto('call_count')
        .values({ key: place<string>('key'), since: place<number>('since'), used: 1 })
        .onConflict((conflict) =>
          conflict
            .column('key')
            .doUpdateSet({
              used: sql<number>`case when ${isOver} then 1 else call_count.used + 1 end`,
              since: sql<number>`case when ${isOver} then excluded.since else call_count.since end`,
            })
            .where(sql<boolean>`(${isOver} or call_count.used < ${place<number>('most')})`),
        ),
    ),
  }
}
