// Runs in a SQLite file are for one process at a time: who comes second is refused with a sentence,
// whatever became of the first.

import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import {
  openSqlite,
  SqliteInUseError,
  sqliteReflectionMarks,
  sqliteRunStore,
  sqliteSecretStore,
} from '../../../src/store/index.ts'
import { connection, plain } from '../../core/vault/secret-store-contract.ts'
import { kill, type Program, start } from '../../end-to-end/program.ts'
import { groundForTest } from '../ground.ts'

const NOW = { takeoverTimeout: 0 }

/** Another process that keeps its runs in the file. It tries, or has tried, to claim it. */
async function other(path: string, takeoverTimeout = 0): Promise<Program> {
  const file = fileURLToPath(new URL('./claim-child.ts', import.meta.url))
  const program = start(process.execPath, [
    '--conditions=onbehalf-source',
    '--disable-warning=ExperimentalWarning',
    file,
    path,
    String(takeoverTimeout),
  ])
  onTestFinished(() => kill(program))
  if (program.child.stderr) await once(program.child.stderr, 'data')
  return program
}

it('a second process is refused with a sentence that says what to do, and may come when the first was killed', async () => {
  const made = groundForTest()
  const first = await other(made.path)
  expect(await first.firstLine).toBe('claimed')
  const second = made.open()
  expect(() => sqliteRunStore(second, NOW)).toThrow(SqliteInUseError)
  expect(() => sqliteRunStore(second, NOW)).toThrow(
    /is in use by another process.*one process at a time.*End that process.*PostgreSQL/,
  )
  await kill(first)
  sqliteRunStore(second, NOW)
  const third = await other(made.path)
  expect(await third.firstLine).toMatch(/^SqliteInUseError: .*store\.db/)
})

it('a second process that comes while the first one ends waits for it', async () => {
  const made = groundForTest()
  const database = made.open()
  sqliteRunStore(database)
  const second = await other(made.path, 60_000)
  database.close()
  expect(await second.firstLine).toBe('claimed')
})

it('the claim of a file is one, whatever name the file is opened by', () => {
  const made = groundForTest()
  sqliteRunStore(made.open())
  const link = join(made.folder, 'link.db')
  symlinkSync(made.path, link)
  const second = openSqlite(link)
  expect(() => sqliteRunStore(second, NOW)).toThrow(SqliteInUseError)
  second.close()
})

it('several servers of one process share an open database, and two connections do not share a file', () => {
  const made = groundForTest()
  const database = made.open()
  sqliteRunStore(database, NOW)
  sqliteRunStore(database, NOW)
  expect(() => sqliteRunStore(made.open(), NOW)).toThrow(SqliteInUseError)
})

it('others may read and write everything else in the file meanwhile', async () => {
  const made = groundForTest()
  sqliteRunStore(made.open())
  const elsewhere = made.open()
  const secrets = sqliteSecretStore(elsewhere, made.masterKeys)
  expect(await secrets.write(connection())).toBe(true)
  expect(plain(await secrets.read(connection()))).toEqual(plain(connection()))
  await sqliteReflectionMarks(elsewhere).mark('https://a.example', 1)
})

it('a claim that is refused to another connection of this process stays where it is', async () => {
  const made = groundForTest()
  const store = sqliteRunStore(made.open())
  const refused = made.open()
  // To open and close the file of a lock would end the lock (POSIX).
  for (let n = 0; n < 3; n += 1)
    expect(() => sqliteRunStore(refused, NOW)).toThrow(SqliteInUseError)
  const second = await other(made.path)
  expect(await second.firstLine).toMatch(/^SqliteInUseError/)
  await store.latest('nobody', 'none', 0)
})
