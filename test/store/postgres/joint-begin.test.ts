// A run that begins in a new thread: run, thread and message are one change in PostgreSQL, all of it or
// nothing, also when the change fails or nobody knows whether it was made.

import { beforeAll, expect, it } from 'vitest'
import {
  type PostgresDatabase,
  postgresRunStore,
  postgresThreadStore,
} from '../../../src/store/postgres/index.ts'
import { message, type TestChat, testChat } from '../../chatkit/support.ts'
import { opened } from './ground.ts'
import { type SharedPostgres, sharedPostgres } from './shared.ts'

let server: SharedPostgres

beforeAll(async () => {
  server = await sharedPostgres()
})

type Commit = PostgresDatabase['commit']

/** A chat over an empty schema. `wrap` may change how a change is made. */
async function chatOver(wrap: (commit: Commit) => Commit = (commit) => commit) {
  const { database: name, schema } = await server.schema()
  const plain = await opened(server, name, { schema })
  const database = { ...plain, commit: wrap(plain.commit) }
  const chat = testChat(
    async function* (_thread, _message, context) {
      const content = [{ type: 'output_text', text: 'Yes', annotations: [] }] as const
      yield {
        type: 'thread.item.done',
        item: { ...context.newItem('message'), type: 'assistant_message', content },
      }
    },
    {
      store: postgresThreadStore(database),
      runs: postgresRunStore(database),
    },
  )
  /** How many threads, items and runs there are. */
  const rows = async () =>
    Promise.all(
      ['thread', 'item', 'run'].map(async (table) => {
        const [row] = await server.query(`select count(*) as n from ${schema}.${table}`, name)
        return Number(row?.n)
      }),
    )
  const stores = { threads: postgresThreadStore(database), runs: postgresRunStore(database) }
  return { chat, rows, ...stores }
}

const isBeginning = (steps: Parameters<Commit>[0]) =>
  steps.some(({ text }) => /^insert into .*"thread"/.test(text))

const create = { input: message('hello') }
const send = ({ send: ask }: TestChat, key: string) =>
  ask('alice', 'threads.create', create, { key })

it('stores nothing at all when the change fails, and the next request is answered', async () => {
  let fails = true
  const { chat, rows } = await chatOver((commit) => async (steps) => {
    if (fails && isBeginning(steps)) throw new Error('the database is gone')
    return commit(steps)
  })
  expect((await send(chat, 'k1')).status).toBe(503)
  expect(await rows()).toEqual([0, 0, 0])
  fails = false
  expect(await (await send(chat, 'k1')).text()).toContain('Yes')
  expect(await rows()).toEqual([1, 2, 1])
})

it('a change that was made although nobody was told is found again by its key, at once and once', async () => {
  let loses = true
  const { chat, rows } = await chatOver((commit) => async (steps) => {
    const done = await commit(steps)
    if (loses && isBeginning(steps)) throw new Error('the connection is gone')
    return done
  })
  expect((await send(chat, 'k1')).status).toBe(503)
  loses = false
  const again = await send(chat, 'k1')
  expect(again.status).toBe(200)
  expect(await again.text()).toContain('The answer was interrupted')
  expect(await rows()).toEqual([1, 1, 1])
})

it('a key that was used gives the first answer, and stores no second thread', async () => {
  const { chat, rows } = await chatOver()
  await (await send(chat, 'k1')).text()
  expect(await (await send(chat, 'k1')).text()).toContain('Yes')
  expect(await rows()).toEqual([1, 2, 1])
})

const OWNER = 'alice'
const THREAD = {
  id: 'thr_1',
  owner: OWNER,
  created_at: '2026-01-01T00:00:00Z',
  status: { type: 'active' },
  metadata: {},
} as const
const RUN = { id: 'run_1', owner: OWNER, threadId: 'thr_1', resumable: false, itemId: 'msg_1' }
const TERMS = { now: 1_000, aliveUntil: 2_000, most: 1 }

it('one run too many stores no thread, and neither does an attachment that is not there', async () => {
  const { runs, threads, rows } = await chatOver()
  const begin = runs.joint?.(threads)
  expect(await begin?.(RUN, TERMS, THREAD, { attach: ['att_of_nobody'] })).toEqual({
    began: false,
    why: 'refused',
  })
  expect(await rows()).toEqual([0, 0, 0])
  expect(await begin?.(RUN, TERMS, THREAD, {})).toEqual({ began: true })
  const second = { ...RUN, id: 'run_2', threadId: 'thr_2' }
  expect(await begin?.(second, TERMS, { ...THREAD, id: 'thr_2' }, {})).toEqual({
    began: false,
    why: 'crowded',
  })
  expect(await rows()).toEqual([1, 0, 1])
})

it('is for threads of the same database only, and for no store that wraps one', async () => {
  const [one, other] = [await chatOver(), await chatOver()]
  expect(one.runs.joint?.(other.threads)).toBeUndefined()
  expect(one.runs.joint?.({ ...one.threads })).toBeUndefined()
})
