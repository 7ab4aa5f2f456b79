// The statements of the run store.

import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { RunState } from '../../chatkit/runs/run-store.ts'
import { place, statement } from './compile.ts'
import {
  type RunDialect,
  type RunEventStatements,
  runEventStatements,
} from './run-event-statements.ts'
import type { RunRow } from './run-rows.ts'
import type { RunTables } from './run-tables.ts'
import type { Statement } from './statement.ts'

type OfThread = { readonly owner: string; readonly thread: string }
type OfRun = { readonly id: string }

/** The statements. */
export interface RunStatements extends RunEventStatements {
  /** Marks the runs of a thread as interrupted when their time is over: their instance died. */
  readonly bury: Statement<OfThread & { readonly now: number }>
  /** Marks all runs that are alive as interrupted, as of `now`. */
  readonly buryAll: Statement<{ readonly now: number }>
  /**
   * Adds a run, if its thread has no run that is alive, its key is free, and its owner does not
   * have too many runs.
   */
  readonly add: Statement<
    OfThread &
      OfRun & {
        readonly resumable: number
        readonly item: string | null
        readonly key: string | null
        readonly digest: string | null
        readonly until: number
        readonly now: number
        readonly most: number
      }
  >
  /** Deletes the events of a thread's ended runs, if the new run `id` has begun. */
  readonly dropEvents: Statement<OfThread & OfRun>
  /** Deletes the events of the runs that ended long ago. */
  readonly dropOldEvents: Statement<{ readonly before: number }>
  /** Deletes the runs that ended long ago and have no events. */
  readonly dropOld: Statement<{ readonly before: number }>
  /** Counts the runs of an owner that are alive. */
  readonly countAlive: Statement<
    { readonly owner: string; readonly now: number },
    { readonly count: number }
  >
  readonly byKey: Statement<{ readonly owner: string; readonly key: string }, RunRow>
  /** The newest runs of a thread, the newest first. */
  readonly newest: Statement<OfThread & { readonly rows: number }, RunRow>
  readonly end: Statement<OfRun & { readonly state: string }>
  readonly drop: Statement<OfRun>
  readonly stop: Statement<OfThread>
  /** Ends all runs of a thread, and waits for whoever adds events to them. */
  readonly endAll: Statement<OfThread>
  readonly forget: Statement<OfThread>
  /** Deletes the events of a run. */
  readonly dropLog: Statement<OfRun>
  /** Deletes the events of all runs of a thread. */
  readonly dropLogs: Statement<OfThread>
}

const ALIVE: readonly RunState[] = ['running', 'stopping']
const ENDED: readonly RunState[] = ['done', 'interrupted']

/** The columns that every row is written and read with. `newRun` gives the values in this order. */
const COLUMNS = [
  'id',
  'owner',
  'thread_id',
  'resumable',
  'item_id',
  'once_key',
  'once_digest',
  'state',
  'alive_until',
] as const

const OWNER = place<string>('owner')
const THREAD = place<string>('thread')
const ID = place<string>('id')
const NOW = place<number>('now')

/** Compiles the statements. */
export function runStatements(db: Kysely<RunTables>, dialect: RunDialect): RunStatements {
  return {
    ...beginningStatements(db),
    ...findingStatements(db),
    ...runEventStatements(db, dialect),
    ...endingStatements(db),
    ...deletingStatements(db),
  }
}

/** What a beginning does: it makes room in the thread, adds the run and deletes what is over. */
function beginningStatements(
  db: Kysely<RunTables>,
): Pick<RunStatements, 'bury' | 'buryAll' | 'add' | 'dropEvents'> {
  return {
    bury: statement(
      db
        .updateTable('run')
        .set({ state: 'interrupted' })
        .where('owner', '=', OWNER)
        .where('thread_id', '=', THREAD)
        .where('state', 'in', ALIVE)
        .where('alive_until', '<=', NOW),
    ),
    buryAll: statement(
      db
        .updateTable('run')
        .set(({ eb }) => ({
          state: 'interrupted',
          alive_until: eb
            .case()
            .when('alive_until', '<', NOW)
            .then(eb.ref('alive_until'))
            .else(NOW)
            .end(),
        }))
        .where('state', 'in', ALIVE),
    ),
    add: statement(
      db
        .insertInto('run')
        .columns(COLUMNS)
        .expression(newRun(db))
        .onConflict((conflict) => conflict.doNothing()),
    ),
    dropEvents: statement(
      db
        .deleteFrom('run_event')
        .where('run_id', 'in', runsOfThread(db).select('run.id').where('state', '=', 'done'))
        .where(({ exists }) =>
          exists(db.selectFrom('run').select('run.id').where('run.id', '=', ID)),
        ),
    ),
  }
}

/** The new run as a row. There is no row when something is in the way of the run. */
function newRun(db: Kysely<RunTables>) {
  const sameKey = db
    .selectFrom('run')
    .select('run.id')
    .where('owner', '=', OWNER)
    .where('once_key', '=', textAt('key'))
  return db
    .selectNoFrom([
      textAt('id').as('id'),
      textAt('owner').as('owner'),
      textAt('thread').as('thread_id'),
      sql<number>`cast(${place<number>('resumable')} as integer)`.as('resumable'),
      textAt('item').as('item_id'),
      textAt('key').as('once_key'),
      textAt('digest').as('once_digest'),
      sql<RunState>`'running'`.as('state'),
      integerAt('until').as('alive_until'),
    ])
    .where(({ not, exists }) =>
      not(exists(runsOfThread(db).select('run.id').where('state', 'in', ALIVE))),
    )
    .where(({ not, exists }) => not(exists(sameKey)))
    .where(aliveCount(db), '<', integerAt('most'))
}

/** Finds runs and counts them. */
function findingStatements(
  db: Kysely<RunTables>,
): Pick<RunStatements, 'countAlive' | 'byKey' | 'newest'> {
  return {
    countAlive: statement(aliveCount(db)),
    byKey: statement(
      db
        .selectFrom('run')
        .select(COLUMNS)
        .where('owner', '=', OWNER)
        .where('once_key', '=', place<string>('key')),
    ),
    newest: statement(
      runsOfThread(db).select(COLUMNS).orderBy('seq', 'desc').limit(place<number>('rows')),
    ),
  }
}

/** Ends and stops runs. */
function endingStatements(db: Kysely<RunTables>): Pick<RunStatements, 'end' | 'stop' | 'endAll'> {
  return {
    end: statement(
      db
        .updateTable('run')
        .set({ state: place<RunState>('state') })
        .where('id', '=', ID)
        .where('state', 'in', ALIVE),
    ),
    stop: statement(
      db
        .updateTable('run')
        .set({ state: 'stopping' })
        .where('owner', '=', OWNER)
        .where('thread_id', '=', THREAD)
        .where('state', '=', 'running'),
    ),
    endAll: statement(
      db
        .updateTable('run')
        .set({ state: 'done' })
        .where('owner', '=', OWNER)
        .where('thread_id', '=', THREAD),
    ),
  }
}

/** Deletes runs and their events. PostgreSQL would check a foreign key for each event. */
function deletingStatements(
  db: Kysely<RunTables>,
): Pick<RunStatements, 'drop' | 'forget' | 'dropLog' | 'dropLogs' | 'dropOldEvents' | 'dropOld'> {
  const before = place<number>('before')
  const old = db.selectFrom('run').where('alive_until', '<', before).where('state', 'in', ENDED)
  return {
    drop: statement(db.deleteFrom('run').where('id', '=', ID)),
    forget: statement(
      db.deleteFrom('run').where('owner', '=', OWNER).where('thread_id', '=', THREAD),
    ),
    dropLog: statement(db.deleteFrom('run_event').where('run_id', '=', ID)),
    dropLogs: statement(
      db.deleteFrom('run_event').where('run_id', 'in', runsOfThread(db).select('run.id')),
    ),
    dropOldEvents: statement(
      db.deleteFrom('run_event').where('run_id', 'in', old.select('run.id')),
    ),
    dropOld: statement(
      db
        .deleteFrom('run')
        .where('alive_until', '<', before)
        .where('state', 'in', ENDED)
        .where(({ not, exists }) =>
          not(
            exists(
              db
                .selectFrom('run_event')
                .select('number')
                .where('run_id', '=', sql.ref<string>('run.id')),
            ),
          ),
        ),
    ),
  }
}

function runsOfThread(db: Kysely<RunTables>) {
  return db.selectFrom('run').where('owner', '=', OWNER).where('thread_id', '=', THREAD)
}

/** How many runs of the owner are alive. */
function aliveCount(db: Kysely<RunTables>) {
  return db
    .selectFrom('run')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('owner', '=', OWNER)
    .where('state', 'in', ALIVE)
    .where('alive_until', '>', NOW)
}

/** A place in a select list. Without the cast, PostgreSQL could not tell the type of the value. */
function textAt(name: string): RawBuilder<string> {
  return sql<string>`cast(${place<string | null>(name)} as text)`
}

/** As {@link textAt}, for a whole number of up to 64 bits. */
function integerAt(name: string): RawBuilder<number> {
  return sql<number>`cast(${place<number>(name)} as bigint)`
}
