import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { openTasks } from '../../../../examples/taskflow/api/database.ts'
import { openSqlite } from '../../../../examples/taskflow/api/sqlite.ts'

it('what is acknowledged is synced to the write-ahead log, in a file for its owner only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'taskflow-sqlite-'))
  const file = join(folder, 'tasks.sqlite')
  const db = openSqlite(file)
  try {
    expect((await sql`pragma journal_mode`.execute(db)).rows).toEqual([{ journal_mode: 'wal' }])
    // 2 is FULL.
    expect((await sql`pragma synchronous`.execute(db)).rows).toEqual([{ synchronous: 2 }])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  } finally {
    await db.destroy()
    rmSync(folder, { recursive: true })
  }
})

it('while another process has the file locked, changes wait, and this process goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'taskflow-sqlite-'))
  const file = join(folder, 'tasks.sqlite')
  const db = await openTasks(file)
  const other = new DatabaseSync(file)
  const count = { owner: 'alice', last_task: 1, last_entry: 0 }
  const counters = () => db.selectFrom('counters').selectAll().execute()
  let settled = 0
  const settle = () => {
    settled += 1
  }
  try {
    // SQLite itself must not wait.
    expect((await sql`pragma busy_timeout`.execute(db)).rows).toEqual([{ timeout: 0 }])
    other.exec('begin immediate')
    const changes = [
      db.insertInto('counters').values(count).execute(),
      db.transaction().execute((trx) =>
        trx
          .insertInto('counters')
          .values({ ...count, owner: 'bob' })
          .execute(),
      ),
    ]
    for (const change of changes) change.then(settle, settle)
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(0)
    other.exec('rollback')
    await Promise.all(changes)
    expect(await counters()).toHaveLength(2)
  } finally {
    other.close()
    await db.destroy()
    rmSync(folder, { recursive: true })
  }
})
