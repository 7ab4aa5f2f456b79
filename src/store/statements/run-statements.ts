// The statements of the run store.

import { type Generated, type Kysely, type RawBuilder, sql } from 'kysely'
import type { RunState } from '../../chatkit/runs/run-store.ts'
import { place, statement } from './compile.ts'
import type { Statement } from './statement.ts'

/** The tables, as the migrations make them. */
export interface RunTables {
  readonly run: {
    seq: Generated<number>
    id: string
    owner: string
    thread_id: string
    resumable: number
    item_id: string | null
    once_key: string | null
    once_digest: string | null
    state: RunState
    alive_until: number
  }
  readonly run_event: { run_id: string; number: number; body: string }
}

/** A run's row. */
export interface RunRow {
  readonly id: string
  readonly owner: string
  readonly thread_id: string
  readonly resumable: number
  readonly item_id: string | null
  readonly once_key: string | null
  readonly once_digest: string | null
  readonly state: RunState
  readonly alive_until: number
}

/** One element of a JSON array of texts, as a row. */
export interface TextRow {
  readonly position: number
  readonly text: string
}

type OfThread = { readonly owner: string; readonly thread: string }
type OfRun = { readonly id: string }

/** The statements. */
export interface RunStatements {
  /** Marks the runs of a thread as interrupted when their time is over: their instance died. */
  readonly bury: Statement<OfThread & { readonly now: number }>
  /** Adds a run, if its thread has none that is alive, its key is free, and its owner has not too many. */
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
  /** Deletes the runs that ended long ago, with their events. */
  readonly dropOld: Statement<{ readonly before: number }>
  /** Counts the runs of an owner that are alive. */
  readonly countAlive: Statement<
    { readonly owner: string; readonly now: number },
    { readonly count: number }
  >
  readonly byKey: Statement<{ readonly owner: string; readonly key: string }, RunRow>
  /** The newest runs of a thread, the newest first. */
  readonly newest: Statement<OfThread & { readonly rows: number }, RunRow>
  readonly read: Statement<OfRun, RunRow>
  /** Extends the time of a run, if it is in that state. */
  readonly touch: Statement<OfRun & { readonly until: number; readonly state: string }>
  /** Adds events (a JSON array of texts), if `first` is the number after the last one. */
  readonly addEvents: Statement<OfRun & { readonly first: number; readonly bodies: string }>
  readonly events: Statement<
    OfRun & { readonly after: number; readonly rows: number },
    { readonly body: string }
  >
  readonly end: Statement<OfRun & { readonly state: string }>
  readonly drop: Statement<OfRun>
  readonly stop: Statement<OfThread>
  readonly forget: Statement<OfThread>
}

const ALIVE: readonly RunState[] = ['running', 'stopping']
const ENDED: readonly RunState[] = ['done', 'interrupted']

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

/**
 * Compiles the statements.
 *
 * @param textsOf The JSON array at the place `bodies` as rows of `position` (from 0) and `text`: each
 * database has its own function for it.
 */
export function runStatements(db: Kysely<RunTables>, textsOf: RawBuilder<TextRow>): RunStatements {
  const owner = place<string>('owner')
  const thread = place<string>('thread')
  const id = place<string>('id')
  const key = place<string | null>('key')
  const now = place<number>('now')
  const text = (name: string) => sql<string>`cast(${place<string | null>(name)} as text)`
  const whole = (name: string) => sql<number>`cast(${place<number>(name)} as bigint)`
  const alive = db
    .selectFrom('run')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('owner', '=', owner)
    .where('state', 'in', ALIVE)
    .where('alive_until', '>', now)
  const ofThread = db.selectFrom('run').where('owner', '=', owner).where('thread_id', '=', thread)

  return {
    bury: statement(
      db
        .updateTable('run')
        .set({ state: 'interrupted' })
        .where('owner', '=', owner)
        .where('thread_id', '=', thread)
        .where('state', 'in', ALIVE)
        .where('alive_until', '<=', now),
    ),
    add: statement(
      db
        .insertInto('run')
        .columns([
          'id',
          'owner',
          'thread_id',
          'resumable',
          'item_id',
          'once_key',
          'once_digest',
          'state',
          'alive_until',
        ])
        .expression(
          db
            .selectNoFrom([
              text('id').as('id'),
              text('owner').as('owner'),
              text('thread').as('thread_id'),
              sql<number>`cast(${place<number>('resumable')} as integer)`.as('resumable'),
              text('item').as('item_id'),
              text('key').as('once_key'),
              text('digest').as('once_digest'),
              sql<RunState>`'running'`.as('state'),
              whole('until').as('alive_until'),
            ])
            .where(({ not, exists }) =>
              not(exists(ofThread.select('run.id').where('state', 'in', ALIVE))),
            )
            .where(({ not, exists }) =>
              not(
                exists(
                  db
                    .selectFrom('run')
                    .select('run.id')
                    .where('owner', '=', owner)
                    .where('once_key', '=', text('key')),
                ),
              ),
            )
            .where(alive, '<', whole('most')),
        )
        .onConflict((conflict) => conflict.doNothing()),
    ),
    dropEvents: statement(
      db
        .deleteFrom('run_event')
        .where('run_id', 'in', ofThread.select('run.id').where('state', '=', 'done'))
        .where(({ exists }) =>
          exists(db.selectFrom('run').select('run.id').where('run.id', '=', id)),
        ),
    ),
    dropOld: statement(
      db
        .deleteFrom('run')
        .where('alive_until', '<', place<number>('before'))
        .where('state', 'in', ENDED),
    ),
    countAlive: statement(alive),
    byKey: statement(
      db.selectFrom('run').select(COLUMNS).where('owner', '=', owner).where('once_key', '=', key),
    ),
    newest: statement(ofThread.select(COLUMNS).orderBy('seq', 'desc').limit(place<number>('rows'))),
    read: statement(db.selectFrom('run').select(COLUMNS).where('id', '=', id)),
    touch: statement(
      db
        .updateTable('run')
        .set({ alive_until: place<number>('until') })
        .where('id', '=', id)
        .where('state', '=', place<RunState>('state')),
    ),
    addEvents: statement(
      db
        .insertInto('run_event')
        .columns(['run_id', 'number', 'body'])
        .expression(
          db
            .selectFrom(textsOf.as('one'))
            .select([
              text('id').as('run_id'),
              sql<number>`cast(${place<number>('first')} as integer) + one.position`.as('number'),
              'one.text as body',
            ])
            .where(
              db
                .selectFrom('run_event')
                .select(({ fn }) => fn.coalesce(fn.max('number'), sql<number>`0`).as('last'))
                .where('run_id', '=', id),
              '=',
              sql<number>`cast(${place<number>('first')} as integer) - 1`,
            ),
        ),
    ),
    events: statement(
      db
        .selectFrom('run_event')
        .select('body')
        .where('run_id', '=', id)
        .where('number', '>', place<number>('after'))
        .orderBy('number')
        .limit(place<number>('rows')),
    ),
    end: statement(
      db
        .updateTable('run')
        .set({ state: place<RunState>('state') })
        .where('id', '=', id)
        .where('state', 'in', ALIVE),
    ),
    drop: statement(db.deleteFrom('run').where('id', '=', id)),
    stop: statement(
      db
        .updateTable('run')
        .set({ state: 'stopping' })
        .where('owner', '=', owner)
        .where('thread_id', '=', thread)
        .where('state', '=', 'running'),
    ),
    forget: statement(
      db.deleteFrom('run').where('owner', '=', owner).where('thread_id', '=', thread),
    ),
  }
}
