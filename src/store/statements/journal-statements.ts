// The statements of the journal: the newest events of all runs in the order in which they came,
// before they are sorted into the logs of their runs. Only SQLite has one.

import { type Kysely, sql } from 'kysely'
import { place, statement } from './compile.ts'
import type { RunEventStatements } from './run-event-statements.ts'
import type { RunTables } from './run-tables.ts'
import type { Statement } from './statement.ts'

/** The tables, as the migrations make them. */
export interface JournalTables extends RunTables {
  /** Each row has the events of one batch: a JSON array of `[id, number, body]`. */
  readonly run_journal: { events: string }
}

/** The statements. */
export interface JournalStatements {
  /** Adds a batch, if each of `count` runs (a JSON array of `[id, state]`) is in that state. */
  readonly add: RunEventStatements['addEvents']
  /** Copies all events into the logs of their runs, if those are there. */
  readonly sort: Statement<Record<never, never>>
  /** Deletes all events. */
  readonly clear: Statement<Record<never, never>>
  /** The events of a run, in its log and here. */
  readonly events: RunEventStatements['events']
}

/** An event of a run. */
interface EventRow {
  readonly run_id: string
  readonly number: number
  readonly body: string
}

/** Compiles the statements. */
export function journalStatements(db: Kysely<JournalTables>): JournalStatements {
  const id = sql<string>`one.value ->> 0`
  const number = sql<number>`one.value ->> 1`
  const body = sql<string>`one.value ->> 2`
  const held = sql<number>`(
    select count(*) from json_each(${place<string>('runs')}) as one join run on run.id = ${id}
    where run.state = one.value ->> 1)`
  const journal = sql`run_journal join json_each(run_journal.events) as one`
  return {
    add: statement(
      db
        .insertInto('run_journal')
        .columns(['events'])
        .expression(
          db
            .selectNoFrom(place<string>('events').as('events'))
            .where(held, '=', place<number>('count')),
        ),
    ),
    sort: statement(
      db
        .insertInto('run_event')
        .columns(['run_id', 'number', 'body'])
        .expression(
          db
            .selectFrom(
              sql<EventRow>`(select ${id} as run_id, ${number} as number, ${body} as body from ${journal})`.as(
                'kept',
              ),
            )
            .select(['kept.run_id', 'kept.number', 'kept.body'])
            .where('kept.run_id', 'in', db.selectFrom('run').select('run.id')),
        ),
    ),
    clear: statement(db.deleteFrom('run_journal')),
    events: statement(
      db
        .selectFrom(
          sql<EventRow>`(
            select * from (
              select number, body from run_event
              where run_id = ${place('id')} and number > ${place('after')}
              order by number limit ${place('rows')})
            union all
            select ${number}, ${body} from ${journal}
            where ${id} = ${place('id')} and ${number} > ${place('after')})`.as('found'),
        )
        .select('body')
        .orderBy('number')
        .limit(place<number>('rows')),
    ),
  }
}
