// What one message writes into PostgreSQL: rows and transactions, counted as the stores send them.

import { beforeAll, describe, expect, it } from 'vitest'
import {
  type PostgresDatabase,
  postgresRunStore,
  postgresThreadStore,
} from '../../../src/store/postgres/index.ts'
import { message, testChat } from '../../chatkit/support.ts'
import { opened } from './ground.ts'
import { type SharedPostgres, sharedPostgres } from './shared.ts'

let server: SharedPostgres

beforeAll(async () => {
  server = await sharedPostgres()
})

interface Written {
  insert: number
  update: number
  delete: number
  /** Transactions that changed something. */
  transactions: number
  /** Of these, how many end only when the disk has them. */
  onDisk: number
}

const NOTHING: Written = { insert: 0, update: 0, delete: 0, transactions: 0, onDisk: 0 }

/** Counts what goes through the database. */
function counted(database: PostgresDatabase): {
  readonly database: PostgresDatabase
  readonly written: Written
} {
  const written: Written = { ...NOTHING }
  const commit: PostgresDatabase['commit'] = async (steps) => {
    const rows = await database.commit(steps)
    let changed = 0
    for (const [index, { text }] of steps.entries()) {
      const kind = /^(insert|update|delete) /.exec(text)?.[1] as 'insert' | 'update' | 'delete'
      if (kind === undefined) continue
      written[kind] += rows?.[index] ?? 0
      changed += rows?.[index] ?? 0
    }
    const isUnhurried = steps.some(({ text }) => text.includes('synchronous_commit'))
    if (changed > 0) written.transactions += 1
    if (changed > 0 && !isUnhurried) written.onDisk += 1
    return rows
  }
  return { database: { ...database, commit }, written }
}

it('a message writes its items, its thread when that is new, and one row when its run begins and when it ends', async () => {
  const { database: name, schema } = await server.schema()
  const { database, written } = counted(await opened(server, name, { schema }))
  const chat = testChat(
    async function* (_thread, _message, context) {
      const content = [{ type: 'output_text', text: 'Yes', annotations: [] }] as const
      const item = { ...context.newItem('message'), type: 'assistant_message', content } as const
      yield { type: 'thread.item.done', item }
    },
    { store: postgresThreadStore(database), runs: postgresRunStore(database) },
  )
  await chat.stream('alice', 'threads.create', { input: message('1') })
  // The run, the thread and the message are one change.
  expect(written).toEqual({ ...NOTHING, insert: 4, update: 1, transactions: 3, onDisk: 3 })

  Object.assign(written, NOTHING)
  const [thread] = (await chat.json('alice', 'threads.list')).data
  await chat.stream('alice', 'threads.add_user_message', {
    thread_id: thread.id,
    input: message('2'),
  })
  expect(written).toEqual({ ...NOTHING, insert: 3, update: 1, transactions: 4, onDisk: 3 })
})

it('what is noted for the model costs a row, and no transaction of its own', async () => {
  const { database: name, schema } = await server.schema()
  const { database, written } = counted(await opened(server, name, { schema }))
  const chat = testChat(
    async function* (_thread, _message, context) {
      const note = {
        ...context.newItem('hidden'),
        type: 'sdk_hidden_context',
        content: 'x',
      } as const
      const content = [{ type: 'output_text', text: 'Yes', annotations: [] }] as const
      const item = { ...context.newItem('message'), type: 'assistant_message', content } as const
      yield { type: 'thread.item.noted', item: note }
      yield { type: 'thread.item.done', item }
    },
    { store: postgresThreadStore(database), runs: postgresRunStore(database) },
  )
  await chat.stream('alice', 'threads.create', { input: message('1') })
  expect(written).toEqual({ ...NOTHING, insert: 5, update: 1, transactions: 3, onDisk: 3 })
})

describe('what need not be on the disk at once', () => {
  const run = { id: 'run_1', owner: 'alice', threadId: 'thr_1', resumable: false } as const
  const terms = { now: 1_000, aliveUntil: 2_000, most: 10 }

  /** What the settings of each transaction were when it was about to end. */
  async function watching() {
    const { database: name, schema } = await server.schema()
    const database = await opened(server, name, { schema })
    const settings: string[] = []
    // The server of the tests does not wait for its disk, those of users do.
    const begin = { text: "select set_config('synchronous_commit', 'on', true)", values: [] }
    // One row, when the transaction will wait.
    const end = { text: "select 1 where current_setting('synchronous_commit') = 'on'", values: [] }
    const commit: PostgresDatabase['commit'] = async (steps) => {
      const rows = await database.commit([begin, ...steps, end])
      settings.push(rows?.at(-1) === 0 ? 'later' : 'at once')
      return rows?.slice(1, -1)
    }
    return { runs: postgresRunStore({ ...database, commit }), settings }
  }

  it('is the beginning of a run whose message is stored next, and no other beginning', async () => {
    const { runs, settings } = await watching()
    // The first beginning also deletes what is old.
    await runs.begin({ ...run, itemId: 'msg_1' }, terms)
    await runs.begin({ ...run, id: 'run_2', threadId: 'thr_2' }, terms)
    expect(settings.slice(-2)).toEqual(['later', 'at once'])
  })

  it('is never the end of a run: a crash that took it back would leave its thread busy', async () => {
    const { runs, settings } = await watching()
    const others = [run, { ...run, id: 'run_2', threadId: 'thr_2', resumable: true }]
    for (const one of others) await runs.begin(one, terms)
    settings.length = 0
    for (const { id } of others) await runs.end(id, 'done')
    expect(settings).toEqual(['at once', 'at once'])
  })
})
