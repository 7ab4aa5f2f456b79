import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
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
