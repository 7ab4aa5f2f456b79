// A SQLite file that another process has locked: calls wait with a timer, so the process goes on;
// nothing is lost, done twice or done by half; and whoever waits too long is told why.

import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import {
  openSqlite,
  rewrap,
  rotateKeyring,
  type SqliteDatabase,
  SqliteLockedError,
  sqliteReflectionMarks,
  sqliteRunStore,
  sqliteSecretStore,
  sqliteThreadStore,
  sqliteVault,
} from '../../../src/store/index.ts'
import { message, testChat } from '../../chatkit/support.ts'
import { said, thread } from '../../chatkit/threads/thread-store-contract.ts'
import { alice, ISSUER, MCP, START } from '../../core/parts.ts'
import { connection } from '../../core/vault/secret-store-contract.ts'
import { type Ground, groundForTest } from '../ground.ts'

/** Time stands still until a test moves it. What stops the process would not. */
beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  })
})
afterEach(() => void vi.useRealTimers())

const { setImmediate: realImmediate } = globalThis

/** Moves the time, in steps, so that work between two timers gets its turn. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 50) await vi.advanceTimersByTimeAsync(50)
}

/**
 * Moves the time until a promise is settled. A thread that makes changes has real time meanwhile.
 */
async function settled(fate: { readonly now: unknown }): Promise<void> {
  while (fate.now === 'waiting') {
    await vi.advanceTimersByTimeAsync(50)
    await new Promise((resolve) => realImmediate(resolve))
  }
}

interface Locked {
  readonly made: Ground
  readonly database: SqliteDatabase
  lock(): void
  unlock(): void
}

/** An open database, and somebody else who can lock its file. */
function lockable(): Locked {
  const made = groundForTest()
  const database = made.open()
  const other = new DatabaseSync(made.path)
  onTestFinished(() => other.close())
  return {
    made,
    database,
    lock: () => other.exec('begin immediate'),
    unlock: () => other.exec('rollback'),
  }
}

/** What became of a promise so far. */
function fateOf(promise: Promise<unknown>): { now: unknown } {
  const fate: { now: unknown } = { now: 'waiting' }
  promise.then(
    (value) => {
      fate.now = value
    },
    (error) => {
      fate.now = error
    },
  )
  return fate
}

/** A change of each store, and of each that goes over more than one statement. */
const CHANGES: Readonly<Record<string, (locked: Locked) => Promise<unknown>>> = {
  'a new thread': ({ database }) =>
    sqliteThreadStore(database).createThread(thread('t1'), { save: [said('t1', 'i1')] }),
  'items of a thread': ({ database }) =>
    sqliteThreadStore(database).changeItems('owner-a', 't0', { save: [said('t0', 'i1')] }),
  'a changed thread': ({ database }) =>
    sqliteThreadStore(database).updateThread('owner-a', 't0', { title: 'T' }),
  'a deleted thread': ({ database }) => sqliteThreadStore(database).deleteThread('owner-a', 't0'),
  'the record of an attachment': ({ database }) =>
    sqliteThreadStore(database).saveAttachment('owner-a', {
      id: 'a1',
      name: 'a.txt',
      mime_type: 'text/plain',
      type: 'file',
      size: 1,
      metadata: {},
    }),
  'a run': ({ database }) =>
    sqliteRunStore(database).begin(
      { id: 'r1', owner: 'owner-a', threadId: 't0', resumable: true },
      { now: 1000, aliveUntil: 16_000, most: 8 },
    ),
  'a deposit in the vault': ({ made, database }) =>
    sqliteVault(database, made.masterKeys, { now: () => START * 1000 }).deposit({
      credential: new Credential('a-token-of-alice'),
      owner: alice,
      destinations: [ISSUER],
      expiresAt: START + 300,
    }),
  'a lasting secret': ({ made, database }) =>
    sqliteSecretStore(database, made.masterKeys).write(connection({ owner: 'somebody' })),
  'a mark': ({ database }) => sqliteReflectionMarks(database).mark(MCP, 1),
  'a rotation of keys': ({ made, database }) => rewrap(database, made.masterKeys),
}

/** What the changes above change. */
async function prepared(): Promise<Locked> {
  const locked = lockable()
  const { made, database } = locked
  await sqliteThreadStore(database).createThread(thread('t0'), {})
  await sqliteSecretStore(database, made.masterKeys).write(connection())
  rotateKeyring(made.keyring)
  return locked
}

const rowsOf = ({ made }: Locked) =>
  made.raw((raw) =>
    ['thread', 'item', 'attachment', 'run', 'vault_entry', 'secret', 'reflection_mark'].map(
      (name) => raw.prepare(`select * from ${name}`).all(),
    ),
  )

describe.each(Object.entries(CHANGES))(
  'while another process has the file locked, %s',
  (_, change) => {
    it('waits without stopping the process, and is made when the lock is gone', async () => {
      const locked = await prepared()
      const before = rowsOf(locked)
      locked.lock()
      const fate = fateOf(change(locked))
      await pass(3000)
      expect(fate.now).toBe('waiting')
      expect(rowsOf(locked)).toEqual(before)
      locked.unlock()
      await settled(fate)
      expect(fate.now).not.toBeInstanceOf(Error)
      expect(rowsOf(locked)).not.toEqual(before)
    })

    it('is refused with the reason after five seconds, and then never made', async () => {
      const locked = await prepared()
      const before = rowsOf(locked)
      locked.lock()
      const fate = fateOf(change(locked))
      await pass(4900)
      expect(fate.now).toBe('waiting')
      await settled(fate)
      expect(fate.now).toBeInstanceOf(SqliteLockedError)
      expect(String(fate.now)).toMatch(
        /store\.db is locked by another process.*5 s, and nothing was changed.*try again/,
      )
      locked.unlock()
      await pass(10_000)
      expect(rowsOf(locked)).toEqual(before)
      expect(vi.getTimerCount()).toBe(0)
    })
  },
)

it('SQLite itself never waits', async () => {
  expect(await lockable().database.first({ text: 'pragma busy_timeout', slots: [] }, {})).toEqual({
    timeout: 0,
  })
})

it('reads go on while somebody else writes', async () => {
  const locked = await prepared()
  locked.lock()
  const store = sqliteThreadStore(locked.database)
  const waiting = fateOf(store.createThread(thread('t1'), {}))
  expect(await store.thread('owner-a', 't0')).toEqual(thread('t0'))
  expect(await store.thread('owner-a', 't1')).toBeUndefined()
  locked.unlock()
  await pass(100)
  expect(waiting.now).toBe(true)
})

it('changes are made in the order in which they came, each of them once, also those that come last', async () => {
  const locked = await prepared()
  const store = sqliteThreadStore(locked.database)
  const save = (id: string) => store.changeItems('owner-a', 't0', { save: [said('t0', id)] })
  const ids = Array.from({ length: 40 }, (_, n) => `i${n}`)
  locked.lock()
  const fates = ids.slice(0, 30).map((id) => fateOf(save(id)))
  await pass(200)
  locked.unlock()
  // They come when the lock is gone, but before the others.
  const late = ids.slice(30).map((id) => fateOf(save(id)))
  await pass(200)
  expect([...fates, ...late].map(({ now }) => now)).toEqual(ids.map(() => true))
  const items = await store.items('owner-a', 't0', { limit: 100, order: 'asc', hidden: true })
  expect(items?.data.map(({ id }) => id)).toEqual(ids)
})

it('a change that cannot be made fails alone, also when it has waited', async () => {
  const locked = await prepared()
  const store = sqliteThreadStore(locked.database)
  const stored = { text: 'delete from item', values: [] }
  const impossible = { text: 'insert into thread default values', values: [] }
  await store.changeItems('owner-a', 't0', { save: [said('t0', 'i1')] })
  locked.lock()
  const fates = [
    locked.database.commit([stored, impossible]),
    store.changeItems('owner-b', 't0', { save: [said('t0', 'foreign')] }),
    store.changeItems('owner-a', 't0', { save: [said('t0', 'i2')] }),
  ].map(fateOf)
  await pass(200)
  locked.unlock()
  await pass(200)
  expect(fates[0]?.now).toBeInstanceOf(Error)
  expect(fates.slice(1).map(({ now }) => now)).toEqual([false, true])
  const items = await store.items('owner-a', 't0', { limit: 100, order: 'asc', hidden: true })
  expect(items?.data.map(({ id }) => id)).toEqual(['i1', 'i2'])
})

it('no more than 10,000 calls wait', async () => {
  const locked = await prepared()
  const marks = sqliteReflectionMarks(locked.database)
  locked.lock()
  const fates = Array.from({ length: 10_001 }, (_, n) => fateOf(marks.mark(`https://${n}`, n)))
  await pass(100)
  expect(fates.filter(({ now }) => now === 'waiting')).toHaveLength(10_000)
  expect(fates.at(-1)?.now).toBeInstanceOf(SqliteLockedError)
  locked.database.close()
  await pass(100)
  expect(fates.filter(({ now }) => now === 'waiting')).toEqual([])
})

it('a database that is closed refuses what waits, and leaves no timer', async () => {
  const locked = await prepared()
  locked.lock()
  const fate = fateOf(sqliteReflectionMarks(locked.database).mark(MCP, 1))
  await pass(100)
  locked.database.close()
  await pass(100)
  expect(String(fate.now)).toBe('Error: The database is closed')
  expect(vi.getTimerCount()).toBe(0)
})

it('a file that is up to date opens while it is locked for writing', async () => {
  const locked = await prepared()
  locked.lock()
  const second = openSqlite(locked.made.path, { busyTimeout: 0 })
  expect(await sqliteThreadStore(second).thread('owner-a', 't0')).toEqual(thread('t0'))
  second.close()
})

it('a file that somebody has for himself alone cannot be opened, and the message says so', () => {
  const made = groundForTest()
  made.open().close()
  const raw = new DatabaseSync(made.path)
  onTestFinished(() => raw.close())
  raw.exec('pragma locking_mode = exclusive; begin exclusive')
  expect(() => openSqlite(made.path, { busyTimeout: 1 })).toThrow(SqliteLockedError)
})

it('a chat over a locked file refuses a message as an outage, stores nothing, and answers the next one', async () => {
  const locked = await prepared()
  const chat = testChat(async function* () {}, {
    store: sqliteThreadStore(locked.database),
    runs: sqliteRunStore(locked.database),
  })
  locked.lock()
  const sent = chat.send('alice', 'threads.create', { input: message('hi') })
  // Somebody who only reads does not wait.
  expect((await chat.json('alice', 'threads.list')).data).toEqual([])
  const fate = fateOf(sent)
  await pass(4900)
  expect(fate.now).toBe('waiting')
  await settled(fate)
  const refused = await sent
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await refused.json()).toMatchObject({ code: 'unavailable' })
  expect(chat.errors.map(({ error }) => error)).toEqual([expect.any(SqliteLockedError)])
  locked.unlock()
  expect((await chat.json('alice', 'threads.list')).data).toEqual([])
  await chat.create('alice')
  expect((await chat.json('alice', 'threads.list')).data).toHaveLength(1)
})
