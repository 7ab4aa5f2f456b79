// A process that slept while it wrote: another instance has ended its run, and it wakes up between its
// look at the time and its write. The database looks once more.

import { beforeAll, describe, expect, it } from 'vitest'
import type { RunStore, ThreadStore } from '../../src/chatkit/index.ts'
import { sqliteRunStore, sqliteThreadStore } from '../../src/store/index.ts'
import { postgresRunStore, postgresThreadStore } from '../../src/store/postgres/index.ts'
import { groundForTest } from './ground.ts'
import { opened } from './postgres/ground.ts'
import { type SharedPostgres, sharedPostgres } from './postgres/shared.ts'

let server: SharedPostgres
beforeAll(async () => {
  server = await sharedPostgres()
})

interface Stores {
  readonly threads: ThreadStore
  readonly runs: RunStore
}

const OPEN: Readonly<Record<string, () => Promise<Stores>>> = {
  async SQLite() {
    const database = groundForTest().open()
    return { threads: sqliteThreadStore(database), runs: sqliteRunStore(database) }
  },
  async PostgreSQL() {
    const { database, schema } = await server.schema()
    const connection = await opened(server, database, { schema })
    return { threads: postgresThreadStore(connection), runs: postgresRunStore(connection) }
  },
}

const OWNER = 'owner-a'
const said = (id: string, text = id) => ({
  id,
  thread_id: 't1',
  created_at: '2026-01-01T00:00:00.000Z',
  type: 'assistant_message' as const,
  content: [{ type: 'output_text' as const, text, annotations: [] }],
})

describe.each(Object.keys(OPEN))('%s', (name) => {
  async function begun() {
    const stores = await OPEN[name]?.()
    if (!stores) throw new Error('There are no stores')
    const { threads, runs } = stores
    const thread = {
      id: 't1',
      owner: OWNER,
      created_at: '2026-01-01T00:00:00.000Z',
      status: { type: 'active' as const },
      metadata: {},
    }
    await threads.createThread(thread, { save: [said('i1')] })
    const run = { id: 'r1', owner: OWNER, threadId: 't1', resumable: true }
    await runs.begin(run, { now: 1000, aliveUntil: 2000, most: 8 })
    return { threads, runs, run }
  }
  const items = async ({ threads }: Stores) => {
    const page = await threads.items(OWNER, 't1', { limit: 9, order: 'asc', hidden: true })
    return page?.data.map((item) => JSON.stringify(item)) ?? []
  }

  it.each<[string, (stores: Stores) => Promise<unknown>]>([
    ['was taken for dead', ({ runs }) => runs.latest(OWNER, 't1', 3000)],
    [
      'has a successor',
      ({ runs }) =>
        runs.begin(
          { id: 'r2', owner: OWNER, threadId: 't1', resumable: true },
          { now: 3000, aliveUntil: 9000, most: 8 },
        ),
    ],
    ['is done', ({ runs }) => runs.end('r1', 'done')],
  ])('stores and removes nothing for a run that %s', async (_, end) => {
    const { threads, runs } = await begun()
    await end({ threads, runs })
    const before = await items({ threads, runs })
    for (const save of [[said('i2')], [said('i1', 'overwritten')], [said('i3'), said('i1', 'x')]])
      expect(await threads.changeItems(OWNER, 't1', { save, run: 'r1' })).toBe(false)
    await threads.changeItems(OWNER, 't1', { remove: ['i1'], run: 'r1' })
    expect(await items({ threads, runs })).toEqual(before)
  })

  it('stores for a run that is alive, is asked to stop, or is not in this database', async () => {
    const { threads, runs } = await begun()
    const save = (id: string, run?: string) =>
      threads.changeItems(OWNER, 't1', { save: [said(id)], ...(run ? { run } : {}) })
    expect(await save('i2', 'r1')).toBe(true)
    await runs.stop(OWNER, 't1')
    expect(await save('i3', 'r1')).toBe(true)
    expect(await save('i4', 'elsewhere')).toBe(true)
    await runs.latest(OWNER, 't1', 3000)
    expect(await save('i5')).toBe(true)
    expect(await threads.changeItems(OWNER, 't1', { remove: ['i2'], run: 'elsewhere' })).toBe(true)
    expect(await items({ threads, runs })).toHaveLength(4)
  })
})
