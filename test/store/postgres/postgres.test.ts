// PostgreSQL, a real one: the contracts over it, how it is opened, and several instances that share
// it.

import { beforeAll, describe, expect, it } from 'vitest'
import { Credential } from '../../../src/index.ts'
import {
  openPostgres,
  type PostgresDatabase,
  PostgresError,
  postgresRunStore,
  postgresThreadStore,
} from '../../../src/store/postgres/index.ts'
import { runStoreContract } from '../../chatkit/runs/run-store-contract.ts'
import { said, thread, threadStoreContract } from '../../chatkit/threads/thread-store-contract.ts'
import { listenTo, opened, RUN, TERMS, withoutLooks } from './ground.ts'
import { type SharedPostgres, sharedPostgres } from './shared.ts'

let server: SharedPostgres

beforeAll(async () => {
  server = await sharedPostgres()
})

/** Generous: a busy machine keeps a connection waiting for seconds. */
const timeouts = { connect: 25_000, statement: 25_000 }

async function fresh(): Promise<PostgresDatabase> {
  const { database, schema } = await server.schema()
  return opened(server, database, { schema, timeouts })
}

/** Several instances over one database. */
async function instances(count: number): Promise<readonly PostgresDatabase[]> {
  const { database, schema } = await server.schema()
  return Promise.all(
    Array.from({ length: count }, () =>
      opened(server, database, { schema, timeouts, connections: 3 }),
    ),
  )
}

describe('the thread store in PostgreSQL', () =>
  threadStoreContract(async () => postgresThreadStore(await fresh())))

describe('the run store in PostgreSQL', () =>
  runStoreContract(async () => postgresRunStore(await fresh())))

it.each([
  'a\ud800',
  'a\udc00',
  '\udc00a',
  '\u0000',
  'a\u0000\ud800',
  '\\',
  '\\YQA=',
  '\u{1f469}',
  '',
])('the id %j comes back as it was, and is no other one', async (id) => {
  const store = postgresThreadStore(await fresh())
  await store.createThread(thread(id), { save: [said(id, id)] })
  expect((await store.thread('owner-a', id))?.id).toBe(id)
  expect((await store.item('owner-a', id, id))?.id).toBe(id)
  for (const other of ['a\ufffd', 'a', '\ufffd'])
    expect(await store.thread('owner-a', other)).toBeUndefined()
})

describe('opening', () => {
  it('instances that start at the same time make the tables once', async () => {
    const all = (await instances(5)).map(postgresThreadStore)
    await all[0]?.createThread(thread('t1'), {})
    for (const one of all) expect(await one.thread('owner-a', 't1')).toEqual(thread('t1'))
  })

  it('tables of a newer version are refused, and left as they are', async () => {
    const database = await server.database()
    await opened(server, database)
    await server.query('insert into onbehalf.migration (version) values (1000)', database)
    await expect(opened(server, database)).rejects.toThrow('newer version of onbehalf')
    expect(
      await server.query('select version from onbehalf.migration order by version', database),
    ).toEqual([{ version: expect.any(Number) }, { version: 1000 }])
  })

  it('a migration step that fails leaves nothing half done, and is done at a later start', async () => {
    const database = await server.database()
    await server.query(
      'create schema onbehalf; create table onbehalf.run_event (x integer)',
      database,
    )
    await expect(opened(server, database)).rejects.toThrow(new PostgresError('42P07'))
    const tables = "select tablename from pg_tables where schemaname = 'onbehalf'"
    expect(await server.query(tables, database)).toEqual([{ tablename: 'run_event' }])
    await server.query('drop table onbehalf.run_event', database)
    await postgresThreadStore(await opened(server, database)).createThread(thread('t1'), {})
  })

  it('two schemas of one database know nothing of each other', async () => {
    const database = await server.database()
    const one = postgresThreadStore(await opened(server, database, { schema: 'one' }))
    const other = postgresThreadStore(await opened(server, database, { schema: 'other' }))
    await one.createThread(thread('t1'), {})
    expect(await other.thread('owner-a', 't1')).toBeUndefined()
    await other.createThread(thread('t1'), {})
  })

  it.each(['Bad"; drop', '', 'a'.repeat(64)])(
    'the schema %j is refused before anything is connected',
    async (schema) => {
      await expect(openPostgres({ schema, port: 1 })).rejects.toThrow(TypeError)
    },
  )

  it('a role with a password that may only read and write is enough once the tables exist', async () => {
    const database = await server.database()
    // A role belongs to the whole server, which other test files use, too.
    const user = `guarded_${database}`
    await server.query(`create role ${user} login password 'CANARY-right'`, database)
    const password = new Credential('CANARY-right')
    const early = await opened(server, database, { user, password }).catch(
      (error: unknown) => error,
    )
    expect(early).toEqual(new PostgresError('42501'))
    await opened(server, database)
    await server.query(
      `grant usage on schema onbehalf to ${user}; grant select, insert, update, delete on all tables in schema onbehalf to ${user}`,
      database,
    )
    const guarded = await opened(server, database, { user, password: async () => password })
    await postgresThreadStore(guarded).createThread(thread('t1'), { save: [said('t1', 'i1')] })
    expect(await postgresRunStore(guarded).begin(RUN, TERMS)).toEqual({ began: true })

    const wrong = await opened(server, database, {
      user,
      password: new Credential('CANARY-wrong'),
    }).catch((error) => error)
    expect(wrong).toEqual(new PostgresError('28P01'))
    const failing = await opened(server, database, {
      user,
      password: () => Promise.reject(new Error('CANARY')),
    }).catch((error) => error)
    expect(failing).toBeInstanceOf(PostgresError)
    for (const error of [early, wrong, failing]) expect(allOf(error)).not.toContain('CANARY')
  })

  it('the error for a database that is missing or cannot be reached does not contain the texts of PostgreSQL', async () => {
    const gone = await openPostgres({ host: server.host, port: 1, user: 'CANARY' }).catch(
      (error: unknown) => error,
    )
    expect(gone).toEqual(new PostgresError('ECONNREFUSED'))
    const missing = await opened(server, 'CANARY').catch((error: unknown) => error)
    expect(missing).toEqual(new PostgresError('3D000'))
    expect(allOf(gone) + allOf(missing)).not.toContain('CANARY')
  })
})

/** All that could be printed of an error. */
function allOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.stack, JSON.stringify(error), ...Object.values(error), error.cause]
    .map(String)
    .join('\n')
}

it('the error of a failed statement quotes no values', async () => {
  const store = postgresThreadStore(await fresh())
  await store.createThread(thread('CANARY'), {})
  const error = await store.createThread(thread('CANARY'), {}).catch((thrown: unknown) => thrown)
  expect(error).toEqual(new PostgresError('23505'))
  expect(allOf(error)).not.toContain('CANARY')
})

describe('instances that share a database', () => {
  it('hear at once what a run of another instance says', async () => {
    withoutLooks()
    const [here, there] = (await instances(2)).map(postgresRunStore)
    if (!here || !there) throw new Error('There are no two instances')
    await here.begin(RUN, TERMS)
    const wake = listenTo(there, 'r1')
    for (const n of [1, 2, 3]) {
      const woken = wake()
      await here.append('r1', n, [`${n}`], 16_000)
      await woken
      expect(await there.events('r1', n - 1, 10)).toEqual([`${n}`])
    }
    await there.stop('owner-a', 't1')
    expect(await here.append('r1', 4, [], 16_000)).toBe('stopping')
    const woken = wake()
    await here.end('r1', 'done')
    await woken
  })

  it('hear of many runs that change in the same moment', async () => {
    withoutLooks()
    const [here, there] = await instances(2)
    const ids = Array.from({ length: 1200 }, (_, n) => `r${n}`)
    const woken = Promise.all(
      ids.map((id) => new Promise((resolve) => there?.bell.watch(id, resolve))),
    )
    for (const id of ids) here?.bell.ring(id)
    await woken
  })

  it('instances that share a database take over the thread of a dead instance, which can then no longer write', async () => {
    const [dead, next] = (await instances(2)).map(postgresRunStore)
    if (!dead || !next) throw new Error('There are no two instances')
    await dead.begin(RUN, TERMS)
    await dead.append('r1', 1, ['1'], 16_000)
    const writes = Array.from({ length: 10 }, () =>
      dead.append('r1', 2, ['2'], 99_000).catch(() => 'gap'),
    )
    const taken = await next.begin(
      { ...RUN, id: 'r2' },
      { now: 16_000, aliveUntil: 30_000, most: 8 },
    )
    await Promise.all(writes)
    // Whichever came first: then the other one has no effect.
    const events = await next.events('r1', 0, 10)
    expect(taken.began).toBe(events.length === 1)
    expect(await dead.append('r1', events.length + 1, ['x'], 99_000)).toBe(
      taken.began ? 'interrupted' : 'running',
    )
  })

  it('instances that share a database give a thread to exactly one of the instances that want it', async () => {
    const all = (await instances(4)).map(postgresRunStore)
    const begun = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        all[n % all.length]?.begin({ ...RUN, id: `r${n}`, resumable: n % 2 === 0 }, TERMS),
      ),
    )
    expect(begun.filter((one) => one?.began)).toHaveLength(1)
  })

  it('instances that share a database write to one thread at the same time, and a reader that continues from the last item misses none', async () => {
    const all = (await instances(4)).map(postgresThreadStore)
    const [reader] = all
    await reader?.createThread(thread('t1'), { save: [said('t1', 'first')] })
    const seen: string[] = []
    let writing = true
    const reading = (async () => {
      for (let last = 'first', done = false; !done; ) {
        done = !writing
        const page = await reader?.items('owner-a', 't1', {
          limit: 100,
          order: 'asc',
          hidden: true,
          after: last,
        })
        seen.push(...(page?.data.map(({ id }) => id) ?? []))
        last = seen.at(-1) ?? last
      }
    })()
    const ids = Array.from({ length: 200 }, (_, n) => `i${n}`)
    await Promise.all(
      all.map(async (store, index) => {
        const own = ids.filter((_, n) => n % all.length === index)
        for (const id of own) await store.changeItems('owner-a', 't1', { save: [said('t1', id)] })
      }),
    )
    writing = false
    await reading
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })

  it('attach the same attachments in any order without waiting for each other for ever', async () => {
    const [here, there] = (await instances(2)).map(postgresThreadStore)
    const ids = Array.from({ length: 20 }, (_, n) => `a${n}`)
    const file = {
      type: 'file',
      name: 'a',
      mime_type: 'text/plain',
      size: 1,
      metadata: {},
    } as const
    for (const id of ids) await here?.saveAttachment('owner-a', { id, ...file })
    await here?.createThread(thread('t1'), {})
    await here?.createThread(thread('t2'), {})
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 === 0
          ? here?.changeItems('owner-a', 't1', { attach: ids })
          : there?.changeItems('owner-a', 't2', { attach: ids.toReversed() }),
      ),
    )
    expect(done).toEqual(done.map(() => true))
  })

  it('change a thread at the same time, and no change is lost', async () => {
    const all = (await instances(4)).map(postgresThreadStore)
    await all[0]?.createThread(thread('t1'), {})
    const changes = [
      { title: 'A' },
      { metadata: { n: '1' } },
      { status: { type: 'locked' } },
    ] as const
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(changes.map((change, n) => all[n]?.updateThread('owner-a', 't1', change)))
    }
    expect(await all[3]?.thread('owner-a', 't1')).toMatchObject({
      title: 'A',
      metadata: { n: '1' },
      status: { type: 'locked' },
    })
  })
})
