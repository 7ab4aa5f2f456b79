// The SQLite file: the thread store's contract over it, how it is opened, and what is left after an
// abrupt end.

import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqlite, type SqliteDatabase, sqliteThreadStore } from '../../../src/store/index.ts'
import { said, thread, threadStoreContract } from '../../chatkit/threads/thread-store-contract.ts'

let folder: string
let path: string
const open: SqliteDatabase[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-'))
  path = join(folder, 'chat.db')
})
afterEach(() => {
  for (const database of open.splice(0)) database.close()
  rmSync(folder, { recursive: true })
})

function opened(): SqliteDatabase {
  const database = openSqlite(path)
  open.push(database)
  return database
}

describe('the thread store in SQLite', () => threadStoreContract(() => sqliteThreadStore(opened())))

it('what a store wrote is still there when the file is opened again', async () => {
  const first = openSqlite(path)
  await sqliteThreadStore(first).createThread(thread('t1'), { save: [said('t1', 'i1')] })
  first.close()
  const store = sqliteThreadStore(opened())
  expect(await store.thread('owner-a', 't1')).toEqual(thread('t1'))
  expect(
    (await store.items('owner-a', 't1', { limit: 5, order: 'asc', hidden: true }))?.data,
  ).toEqual([said('t1', 'i1')])
})

it('two connections to one file see each other and lose no change', async () => {
  const [one, two] = [sqliteThreadStore(opened()), sqliteThreadStore(opened())]
  await one.createThread(thread('t1'), {})
  await Promise.all([
    one.updateThread('owner-a', 't1', { title: 'T' }),
    two.updateThread('owner-a', 't1', { metadata: { n: 1 } }),
  ])
  expect(await one.thread('owner-a', 't1')).toMatchObject({ title: 'T', metadata: { n: 1 } })
})

it('only its owner can read the file and its log, even if others could read it before', async () => {
  writeFileSync(path, '', { mode: 0o644 })
  chmodSync(path, 0o644)
  await sqliteThreadStore(opened()).createThread(thread('t1'), {})
  for (const name of [path, `${path}-wal`, `${path}-shm`])
    expect(statSync(name).mode & 0o777).toBe(0o600)
})

it('the file has a write-ahead log that is synced at every commit', async () => {
  const FULL = 2
  expect(await opened().first({ text: 'pragma synchronous', slots: [] }, {})).toEqual({
    synchronous: FULL,
  })
  const raw = new DatabaseSync(path)
  expect(raw.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
  raw.close()
})

it('a file of a newer version is left alone', () => {
  opened()
  const raw = new DatabaseSync(path)
  raw.exec('pragma user_version = 999')
  raw.close()
  expect(() => openSqlite(path)).toThrow('newer version')
})

it('a file that is not a SQLite file is refused, and stays as it is', () => {
  const text = 'not a database, but long enough to be looked at as one '.repeat(40)
  writeFileSync(path, text)
  chmodSync(path, 0o644)
  expect(() => openSqlite(path)).toThrow()
  expect(statSync(path).mode & 0o777).toBe(0o644)
  expect(readFileSync(path, 'utf8')).toBe(text)
})

it('a folder is refused by name, and stays as it is', () => {
  chmodSync(folder, 0o755)
  expect(() => openSqlite(folder)).toThrow(`${folder} is no file`)
  expect(statSync(folder).mode & 0o777).toBe(0o755)
})

it('a device is refused, and stays as it is', () => {
  const before = statSync('/dev/null').mode
  expect(() => openSqlite('/dev/null')).toThrow('/dev/null is no file')
  expect(statSync('/dev/null').mode).toBe(before)
})

it('a batch is written completely or not at all', async () => {
  const store = sqliteThreadStore(opened())
  const broken = { ...said('t1', 'i2'), toJSON: () => undefined }
  await expect(
    store.createThread(thread('t1'), { save: [said('t1', 'i1'), broken] }),
  ).rejects.toThrow()
  expect(await store.thread('owner-a', 't1')).toBeUndefined()
})
