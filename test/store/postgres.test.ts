// PostgreSQL, a real one: the contracts over it, several instances, and what happens when it goes and comes back.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Credential } from '../../src/index.ts'
import {
  openPostgres,
  type PostgresDatabase,
  PostgresError,
  postgresRunStore,
  postgresThreadStore,
} from '../../src/store/index.ts'
import { runStoreContract } from '../chatkit/run-store-contract.ts'
import { said, thread, threadStoreContract } from '../chatkit/thread-store-contract.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres({ durable: true })
})
afterAll(() => server.close())

async function open(database: string, more: object = {}): Promise<PostgresDatabase> {
  const { host, port, user } = server
  const opened = await openPostgres({ host, port, user, database, ...more })
  onTestFinished(() => opened.close())
  return opened
}

const opened = async () => open(await server.database())

describe('the thread store in PostgreSQL', () => threadStoreContract(async () => postgresThreadStore(await opened())))

describe('the run store in PostgreSQL', () => runStoreContract(async () => postgresRunStore(await opened())))

const RUN = { id: 'r1', owner: 'a', threadId: 't1', resumable: true }
const TERMS = { now: 1000, aliveUntil: 16_000, most: 8 }

test('ten instances that start at once make the tables once', async () => {
  const database = await server.database()
  const all = await Promise.all(Array.from({ length: 5 }, () => open(database, { connections: 1 })))
  const [first] = all
  if (!first) throw new Error('nothing was opened')
  await postgresThreadStore(first).createThread(thread('t1'), {})
  for (const one of all) expect(await postgresThreadStore(one).thread('owner-a', 't1')).toEqual(thread('t1'))
})

test('tables of a newer version are refused, and left as they are', async () => {
  const database = await server.database()
  const first = await open(database)
  await first.commit([{ text: 'insert into migration (version) values (1000)', values: [] }])
  await expect(open(database)).rejects.toThrow('newer version of onbehalf')
})

test.each(['Bad"; drop', '', 'a'.repeat(64)])('the schema %j is refused before anything is connected', async (schema) => {
  await expect(openPostgres({ schema, port: 1 })).rejects.toThrow(TypeError)
})

test('a database that cannot be reached, or refuses, is told without its own words and without the password', async () => {
  const password = new Credential('CANARY-password-of-the-database')
  const unreachable = openPostgres({ host: '127.0.0.1', port: 1, password, timeouts: { connect: 500 } })
  await expect(unreachable).rejects.toThrow(new PostgresError('ECONNREFUSED'))
  const missing = openPostgres({ host: server.host, port: server.port, user: server.user, database: 'CANARY', password })
  const error = await missing.catch((thrown: unknown) => thrown)
  expect(error).toEqual(new PostgresError('3D000'))
  expect(String(error) + JSON.stringify(error)).not.toContain('CANARY')
})

test('an error of a statement quotes no values', async () => {
  const database = await opened()
  const store = postgresThreadStore(database)
  await store.createThread(thread('CANARY'), {})
  const error = await store.createThread(thread('CANARY'), {}).catch((thrown: unknown) => thrown)
  expect(error).toEqual(new PostgresError('23505'))
  expect(JSON.stringify(error) + String(error instanceof Error ? error.stack : '')).not.toContain('CANARY')
  expect(error).not.toHaveProperty('cause')
})

test('an instance hears what another one’s run says, at once', async () => {
  const database = await server.database()
  const [here, there] = [postgresRunStore(await open(database)), postgresRunStore(await open(database))]
  await here.begin(RUN, TERMS)
  let heard = () => {}
  onTestFinished(there.watch('r1', () => heard()))
  for (const n of [1, 2, 3]) {
    const woken = new Promise<void>((resolve) => {
      heard = resolve
    })
    await here.append('r1', n, [`${n}`], 16_000)
    await woken
    expect(await there.events('r1', n - 1, 10)).toEqual([`${n}`])
  }
  const woken = new Promise<void>((resolve) => {
    heard = resolve
  })
  await there.stop('a', 't1')
  expect(await here.append('r1', 4, [], 16_000)).toBe('stopping')
  await here.end('r1', 'done')
  await woken
})

describe('when PostgreSQL goes', () => {
  test('calls fail soon, and everything works again by itself when it is back; nothing acknowledged is lost', async () => {
    const database = await open(await server.database(), { timeouts: { connect: 1000, statement: 2000 } })
    const store = postgresThreadStore(database)
    const runs = postgresRunStore(database)
    await store.createThread(thread('t1'), {})
    await runs.begin(RUN, TERMS)
    const acknowledged: string[] = []
    let crashed = false
    let failures = 0
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 40 && !(crashed && failures > 20); n += 1) {
        const id = `w${writer}-${n}`
        try {
          if (await store.changeItems('owner-a', 't1', { save: [said('t1', id)] })) acknowledged.push(id)
        } catch (error) {
          expect(error).toBeInstanceOf(PostgresError)
          failures += 1
        }
        if (writer === 0 && n === 10) {
          await server.crash()
          crashed = true
        }
      }
    })
    await Promise.all(writers)
    expect(failures).toBeGreaterThan(0)
    await expect(store.thread('owner-a', 't1')).rejects.toBeInstanceOf(PostgresError)
    await server.start()
    const there: string[] = []
    for (let after: string | undefined, more = true; more; ) {
      const page = await store.items('owner-a', 't1', { limit: 100, order: 'asc', hidden: true, ...(after ? { after } : {}) })
      there.push(...(page?.data.map(({ id }) => id) ?? []))
      after = page?.after
      more = page?.has_more === true
    }
    expect(acknowledged.filter((id) => !there.includes(id))).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(0)
    // It listens again, too.
    let heard = () => {}
    onTestFinished(runs.watch('r1', () => heard()))
    const woken = new Promise<void>((resolve) => {
      heard = resolve
    })
    expect(await runs.append('r1', 1, ['1'], 16_000)).toBe('running')
    await woken
  })
})
