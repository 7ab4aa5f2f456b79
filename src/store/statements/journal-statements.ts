// The statements of the journal: the newest events of all runs in the order in which they came,
// before they are in the logs of their runs. Only SQLite has one.

import { type Kysely, sql } from 'kysely'
import { place, statement } from './compile.ts'
import type { RunTables } from './run-tables.ts'
import type { Statement } from './statement.ts'

/** The tables, as the migrations make them. */
export interface JournalTables extends RunTables {
  /** Each row has the events of one batch: a JSON array of `[id, number, body]`. */
  readonly run_journal: { seq: number; events: string }
}

/** The statements. */
export interface JournalStatements {
  /** Adds a batch, if each of `count` runs (a JSON array of `[id, state]`) is in that state. */
  readonly add: Statement<{
    readonly seq: number
    readonly events: string
    readonly runs: string
    readonly count: number
  }>
  /** Adds events to the log of a run, if the run is there: a JSON array of texts. */
  readonly addToLog: Statement<{
    readonly id: string
    readonly first: number
    readonly number: number
    readonly body: string
  }>
  /** Copies what the logs lack into them. The log of a run that is done lacks nothing. */
  readonly sort: Statement<Record<never, never>>
  /** Deletes the batches before this one. */
  readonly clear: Statement<{ readonly before: number }>
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
  const held = sql<number>`(
    select count(*) from json_each(${place<string>('runs')}) as one join run on run.id = ${id}
    where run.state = one.value ->> 1)`
  const events = sql<EventRow>`(
    select ${id} as run_id, one.value ->> 1 as number, json_array(one.value ->> 2) as body
    from run_journal join json_each(run_journal.events) as one)`
  return {
    add: statement(
      db
        .insertInto('run_journal')
        .columns(['seq', 'events'])
        .expression(
          db
            .selectNoFrom([place<number>('seq').as('seq'), place<string>('events').as('events')])
            .where(held, '=', place<number>('count')),
        ),
    ),
    addToLog: statement(
      db
        .insertInto('run_event')
        .columns(['run_id', 'first', 'number', 'body'])
        .expression(
          db
            .selectFrom('run')
            .select([
              'run.id as run_id',
              place<number>('first').as('first'),
              place<number>('number').as('number'),
              place<string>('body').as('body'),
            ])
            .where('run.id', '=', place<string>('id')),
        ),
    ),
    sort: statement(
      db
        .insertInto('run_event')
        .columns(['run_id', 'first', 'number', 'body'])
        .expression(
          db
            .selectFrom(events.as('kept'))
            .innerJoin('run', 'run.id', 'kept.run_id')
            .select(['kept.run_id', 'kept.number as first', 'kept.number', 'kept.body'])
            .where('run.state', '!=', 'done')
            .where(
              'kept.number',
              '>',
              sql<number>`(select coalesce(max(number), 0) from run_event where run_id = run.id)`,
            ),
        ),
    ),
    clear: statement(db.deleteFrom('run_journal').where('seq', '<', place<number>('before'))),
  }
}
