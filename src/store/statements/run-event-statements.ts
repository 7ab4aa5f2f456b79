// The statements that keep runs alive, and write and read their events.

import { type AliasedRawBuilder, type Kysely, type RawBuilder, sql } from 'kysely'
import type { RunState } from '../../chatkit/runs/run-store.ts'
import { place, statement } from './compile.ts'
import type { JsonRow, LastRow, TextRow } from './run-rows.ts'
import type { RunTables } from './run-tables.ts'
import type { Statement } from './statement.ts'

/** The statements. */
export interface RunEventStatements {
  /** The state and the last event of runs: a JSON array of `[id]`. */
  readonly stand: Statement<{ readonly ids: string }, LastRow>
  /** Extends the times of runs that are alive: a JSON array of `[id, until]`. */
  readonly touch: Statement<{ readonly times: string }>
  /**
   * Adds events to the logs of `count` runs: a JSON array of `[id, first, number, events]`, as the
   * rows of the table are. It adds all of them, if each of the runs (a JSON array of `[id, state,
   * last]`) is in that state and has so many events; and otherwise none.
   */
  readonly addEvents: Statement<{
    readonly runs: string
    readonly count: number
    readonly events: string
  }>
  readonly events: Statement<
    { readonly id: string; readonly after: number; readonly rows: number },
    { readonly body: string }
  >
}

const ALIVE: readonly RunState[] = ['running', 'stopping']

/** What each database says in its own way. */
export interface RunDialect {
  /** The elements of a JSON array as rows, with a column `value`. */
  readonly elementsOf: (json: RawBuilder<string>) => RawBuilder<JsonRow>
  /** The texts of a JSON array as rows `one`, with `value` and `key`. */
  readonly textsOf: (json: RawBuilder<string>) => AliasedRawBuilder<TextRow, 'one'>
  /** The key of the first text. */
  readonly firstKey: number
  /**
   * The clause that keeps others from changing the rows of a query until the end of the transaction.
   */
  readonly lock: RawBuilder<unknown>
  /** A table in a fragment of SQL, which the compiler does not look into. */
  readonly table: (name: 'run' | 'run_event') => RawBuilder<unknown>
}

/** Compiles the statements. */
export function runEventStatements(
  db: Kysely<RunTables>,
  { elementsOf, textsOf, firstKey, lock, table }: RunDialect,
): RunEventStatements {
  const last = sql<number>`(select coalesce(max(number), 0) from ${table('run_event')} where run_id = run.id)`
  const id = elementAt<string>(0)
  // The runs that are as the caller takes them to be.
  const expected = sql`
    select run.id from ${table('run')} join ${elementsOf(place('runs'))} as one on run.id = ${id}
    where run.state = ${elementAt(1)} and ${last} = ${wholeAt(2)} ${lock}`
  return {
    stand: statement(
      db
        .selectFrom('run')
        .select(['run.id', 'state', last.as('last')])
        .where(sql<boolean>`run.id in (select ${id} from ${elementsOf(place('ids'))} as one)`),
    ),
    touch: statement(
      db
        .updateTable('run')
        .from(elementsOf(place('times')).as('one'))
        .set({ alive_until: wholeAt(1) })
        .where('run.id', '=', id)
        .where('state', 'in', ALIVE),
    ),
    addEvents: statement(
      db
        .insertInto('run_event')
        .columns(['run_id', 'first', 'number', 'body'])
        .expression(
          db
            .selectFrom(elementsOf(place('events')).as('one'))
            .select([
              id.as('run_id'),
              wholeAt(1).as('first'),
              wholeAt(2).as('number'),
              elementAt<string>(3).as('body'),
            ])
            .where(
              sql`(select count(*) from (${expected}) as held)`,
              '=',
              sql<number>`cast(${place<number>('count')} as bigint)`,
            ),
        ),
    ),
    events: statement(
      db
        .selectFrom(['run_event', textsOf(sql.ref('run_event.body'))])
        .select('one.value as body')
        .where('run_id', '=', place<string>('id'))
        .where('number', '>', place<number>('after'))
        .where(sql`first + one.key - ${sql.lit(firstKey)}`, '>', place<number>('after'))
        .orderBy('number')
        .orderBy('one.key')
        .limit(place<number>('rows')),
    ),
  }
}

/** A part of a row of the table `one`, whose `value` is a JSON array. */
function elementAt<T extends string>(index: number): RawBuilder<T> {
  return sql<T>`one.value ->> ${sql.lit(index)}`
}

/** As {@link elementAt}, for a whole number. */
function wholeAt(index: number): RawBuilder<number> {
  return sql<number>`cast(${elementAt(index)} as bigint)`
}
