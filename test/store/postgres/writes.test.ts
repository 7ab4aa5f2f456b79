// What one message writes into PostgreSQL: rows and transactions, counted as the stores send them.

import { beforeAll, expect, it } from 'vitest'
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
}

/** Counts what goes through the database. */
function counted(database: PostgresDatabase): {
  readonly database: PostgresDatabase
  readonly written: Written
} {
  const written: Written = { insert: 0, update: 0, delete: 0, transactions: 0 }
  const commit: PostgresDatabase['commit'] = async (steps) => {
    const rows = await database.commit(steps)
    let changed = 0
    for (const [index, { text }] of steps.entries()) {
      const kind = /^(insert|update|delete) /.exec(text)?.[1] as 'insert' | 'update' | 'delete'
      if (kind === undefined) continue
      written[kind] += rows?.[index] ?? 0
      changed += rows?.[index] ?? 0
    }
    if (changed > 0) written.transactions += 1
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
  expect(written).toEqual({ insert: 4, update: 1, delete: 0, transactions: 4 })

  Object.assign(written, { insert: 0, update: 0, delete: 0, transactions: 0 })
  const [thread] = (await chat.json('alice', 'threads.list')).data
  await chat.stream('alice', 'threads.add_user_message', {
    thread_id: thread.id,
    input: message('2'),
  })
  expect(written).toEqual({ insert: 3, update: 1, delete: 0, transactions: 4 })
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
  expect(written).toEqual({ insert: 5, update: 1, delete: 0, transactions: 4 })
})
