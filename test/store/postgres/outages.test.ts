// What happens when PostgreSQL goes and comes back, or the line to it does.

import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { ThreadStore } from '../../../src/chatkit/index.ts'
import {
  PostgresError,
  postgresRunStore,
  postgresThreadStore,
} from '../../../src/store/postgres/index.ts'
import { said, thread } from '../../chatkit/threads/thread-store-contract.ts'
import {
  listenTo,
  opened,
  RUN,
  session,
  TERMS,
  untilSomebodyWaits,
  withoutLooks,
} from './ground.ts'
import { openLine } from './line.ts'
import { type PostgresServer, startPostgres } from './server.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres({ durable: true })
})
afterAll(() => server.close())

async function idsIn(store: ThreadStore): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | undefined, more = true; more; ) {
    const page = await store.items('owner-a', 't1', {
      limit: 100,
      order: 'asc',
      hidden: true,
      ...(after ? { after } : {}),
    })
    ids.push(...(page?.data.map(({ id }) => id) ?? []))
    after = page?.after
    more = page?.has_more === true
  }
  return ids
}

it('when PostgreSQL crashes under load, calls fail soon, work again when it is back, and nothing acknowledged is lost', async () => {
  const database = await server.database()
  // Two instances; a crash breaks connections that are at work and such that are not.
  const stores = [
    postgresThreadStore(await opened(server, database)),
    postgresThreadStore(await opened(server, database)),
  ]
  const [store] = stores
  const runs = postgresRunStore(await opened(server, database))
  if (!store) throw new Error('There is no store')
  await store.createThread(thread('t1'), {})
  await runs.begin(RUN, TERMS)
  for (let round = 1; round <= 3; round += 1) {
    const acknowledged: string[] = []
    const failures: unknown[] = []
    let load = () => {}
    const loaded = new Promise<void>((resolve) => {
      load = resolve
    })
    const writers = Array.from({ length: 12 }, async (_, writer) => {
      for (let n = 0; ; n += 1) {
        const id = `r${round}-w${writer}-${n}`
        try {
          await stores[writer % 2]?.changeItems('owner-a', 't1', { save: [said('t1', id)] })
          acknowledged.push(id)
          if (acknowledged.length === 40) load()
        } catch (error) {
          failures.push(error)
          return
        }
      }
    })
    await loaded
    await server.crash()
    await Promise.all(writers)
    expect(failures).toHaveLength(12)
    for (const error of failures) expect(error).toBeInstanceOf(PostgresError)
    const before = performance.now()
    for (const call of [
      () => store.thread('owner-a', 't1'),
      () => runs.append('r1', round, [`${round}`], 16_000),
    ]) {
      await expect(call()).rejects.toBeInstanceOf(PostgresError)
    }
    expect(performance.now() - before).toBeLessThan(2000)
    await server.start()
    const there = new Set(await idsIn(store))
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([])
    expect(await runs.append('r1', round, [`${round}`], 16_000)).toBe('running')
  }
  expect(await runs.events('r1', 0, 10)).toEqual(['1', '2', '3'])
})

it('when the line freezes, calls fail within the timeouts, and work again when the line does', async () => {
  const line = await openLine(server.port)
  onTestFinished(() => line.close())
  const timeouts = { connect: 500, statement: 1000 }
  const database = await server.database()
  const frozen = await opened(server, database, { port: line.port, timeouts, connections: 2 })
  const store = postgresThreadStore(frozen)
  const change = (id: string) => store.changeItems('owner-a', 't1', { save: [said('t1', id)] })
  await store.createThread(thread('t1'), {})
  // Both connections are there.
  await Promise.all([change('i1'), change('i2')])
  line.freeze()
  const before = performance.now()
  // A third one has to wait for a connection.
  for (const outcome of await Promise.allSettled([
    change('i3'),
    change('i4'),
    store.thread('owner-a', 't1'),
  ])) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { name: 'PostgresError', code: 'no answer' },
    })
  }
  expect(performance.now() - before).toBeLessThan(3500)
  line.thaw()
  expect(await Promise.all([change('i3'), change('i4'), change('i5')])).toEqual([true, true, true])
  line.freeze()
  const closing = performance.now()
  await frozen.close()
  expect(performance.now() - closing).toBeLessThan(3500)
})

it('when the line freezes in the middle of a change, the connection that does not answer is not asked to roll back', async () => {
  const line = await openLine(server.port)
  onTestFinished(() => line.close())
  const database = await server.database()
  const frozen = await opened(server, database, {
    port: line.port,
    timeouts: { statement: 2000 },
    connections: 1,
  })
  const store = postgresThreadStore(frozen)
  await store.createThread(thread('t1'), {})
  const other = await session(server, database)
  await other.query('begin; select from thread for update')
  const changed = store
    .changeItems('owner-a', 't1', { save: [said('t1', 'i1')] })
    .catch((error: unknown) => error)
  await untilSomebodyWaits(other)
  line.freeze()
  const before = performance.now()
  expect(await changed).toEqual(new PostgresError('no answer'))
  // The statement's own time and not another one.
  expect(performance.now() - before).toBeLessThan(4500)
  line.thaw()
  await other.query('commit')
  expect(await store.changeItems('owner-a', 't1', { save: [said('t1', 'i1')] })).toBe(true)
  expect(await idsIn(store)).toEqual(['i1'])
})

it('a statement waits for a lock of another program no longer than its timeout', async () => {
  const database = await server.database()
  const store = postgresThreadStore(
    await opened(server, database, { timeouts: { statement: 300 } }),
  )
  await store.createThread(thread('t1'), {})
  const other = await session(server, database)
  await other.query('begin; select from thread for update')
  await expect(store.updateThread('owner-a', 't1', { title: 'x' })).rejects.toThrow(
    new PostgresError('57014'),
  )
  await expect(store.changeItems('owner-a', 't1', { save: [said('t1', 'i1')] })).rejects.toThrow(
    new PostgresError('57014'),
  )
  await other.query('commit')
  expect(await store.updateThread('owner-a', 't1', { title: 'x' })).toMatchObject({ title: 'x' })
  expect(await idsIn(store)).toEqual([])
})

it('a change that PostgreSQL takes back because of a deadlock with another program is tried again', async () => {
  const database = await server.database()
  // PostgreSQL takes back the side whose deadlock timeout ends first. Here that is our change, not
  // the other program.
  await server.query(`alter database ${database} set deadlock_timeout = '2s'`)
  const store = postgresThreadStore(
    await opened(server, database, { timeouts: { statement: 20_000 } }),
  )
  await store.createThread(thread('t1'), {})
  for (const id of ['a1', 'a2'])
    await store.saveAttachment('owner-a', {
      id,
      type: 'file',
      name: id,
      mime_type: 'text/plain',
      size: 1,
      metadata: {},
    })
  const other = await session(server, database)
  await other.query("set deadlock_timeout = '1min'")
  await other.query("begin; update attachment set body = body where id = 'a2'")
  const changed = store.changeItems('owner-a', 't1', {
    save: [said('t1', 'i1')],
    attach: ['a1', 'a2'],
  })
  await untilSomebodyWaits(other)
  await other.query("update attachment set body = body where id = 'a1'")
  await other.query('commit')
  expect(await changed).toBe(true)
  expect(await idsIn(store)).toEqual(['i1'])
})

const LISTENERS =
  "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' or query like 'select pg_notify%'"

it('an instance whose listening connection is cut listens again, and hears what it missed', async () => {
  withoutLooks()
  const database = await server.database()
  const here = postgresRunStore(await opened(server, database))
  const there = postgresRunStore(await opened(server, database))
  await here.begin(RUN, TERMS)
  const wake = listenTo(there, 'r1')
  for (let n = 1; n <= 3; n += 1) {
    const woken = wake()
    await server.query(LISTENERS, database)
    await here.append('r1', n, [`${n}`], 16_000)
    await woken
    for (let events: readonly string[] = []; events.length === 0; ) {
      events = await there.events('r1', n - 1, 10)
      if (events.length === 0) await wake()
    }
  }
})

it('the regular check finds a change that no notification told of', async () => {
  withoutLooks()
  const database = await server.database()
  const runs = postgresRunStore(await opened(server, database))
  await runs.begin(RUN, TERMS)
  const woken = listenTo(runs, 'r1')()
  await server.query(
    `insert into onbehalf.run_event (run_id, first, number, body) values ('r1', 1, 1, '["1"]')`,
    database,
  )
  vi.advanceTimersByTime(5000)
  await woken
  expect(await runs.events('r1', 0, 10)).toEqual(['1'])
})
