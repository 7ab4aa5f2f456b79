// The issuer's storage: what expires, what is consumed once, what a revoked grant takes with it,
// and that it is private and durable.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStorage, type Storage } from '../../../../examples/taskflow/issuer/sqlite-adapter.ts'

let folder: string
let now: number
let storage: Storage
const path = () => join(folder, 'data', 'issuer.db')
const open = () => openStorage({ path: path(), now: () => now })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'taskflow-storage-'))
  now = 1_700_000_000_000
  storage = open()
})
afterEach(() => {
  storage.close()
  rmSync(folder, { recursive: true, force: true })
})

function rows(): number {
  const database = new DatabaseSync(path(), { readOnly: true })
  const count = database.prepare('SELECT count(*) AS count FROM entries').get()?.count
  database.close()
  return Number(count)
}

describe('the storage', () => {
  it('the storage gives back what was put in, after a restart too', async () => {
    await storage
      .adapter('Session')
      .upsert('id-1', { jti: 'id-1', uid: 'uid-1', accountId: 'alice' }, 60)
    storage.close()
    storage = open()
    expect(await storage.adapter('Session').find('id-1')).toEqual({
      jti: 'id-1',
      uid: 'uid-1',
      accountId: 'alice',
    })
    expect(await storage.adapter('Session').findByUid('uid-1')).toEqual({
      uid: 'uid-1',
      accountId: 'alice',
    })
    expect(await storage.adapter('Grant').find('id-1')).toBeUndefined()
  })

  it('the storage waits for another process that has its file locked, and does not stop this one', async () => {
    const codes = storage.adapter('AuthorizationCode')
    await codes.upsert('first', { jti: 'first' }, 60)
    const other = new DatabaseSync(path())
    other.exec('begin immediate')
    const changes = [
      codes.upsert('second', { jti: 'second' }, 60),
      codes.consume('first'),
      codes.destroy('none'),
      codes.revokeByGrantId('none'),
    ]
    // Reached at once, because nobody waits in SQLite.
    expect(await codes.find('first')).toEqual({ jti: 'first' })
    other.exec('rollback')
    other.close()
    await Promise.all(changes)
    expect(await codes.find('second')).toEqual({ jti: 'second' })
    expect(await codes.find('first')).toMatchObject({ consumed: expect.any(Number) })
  })

  it('the storage gives back nothing that has expired, and deletes it in time', async () => {
    const codes = storage.adapter('AuthorizationCode')
    await codes.upsert('short', { jti: 'short' }, 60)
    await codes.upsert('long', { jti: 'long' }, 600)
    now += 60_000
    expect(await codes.find('short')).toBeUndefined()
    await codes.upsert('another', { jti: 'another' }, 600)
    expect(rows()).toBe(2)
    now += 600_000
    storage.close()
    storage = open()
    expect(rows()).toBe(0)
  })

  it('the storage lets something be consumed once; a second time ends its grant and everything of it', async () => {
    const tokens = storage.adapter('RefreshToken')
    await storage.adapter('Grant').upsert('g', { jti: 'g', accountId: 'alice' }, 600)
    await tokens.upsert('r1', { jti: 'r1', grantId: 'g' }, 600)
    await tokens.upsert('r2', { jti: 'r2', grantId: 'g' }, 600)
    await tokens.upsert('r3', { jti: 'r3', grantId: 'other' }, 600)
    await tokens.consume('r1')
    expect(await tokens.find('r1')).toMatchObject({ consumed: 1_700_000_000 })
    await expect(tokens.consume('r1')).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await tokens.find('r2')).toBeUndefined()
    expect(await storage.adapter('Grant').find('g')).toBeUndefined()
    expect(await tokens.find('r3')).toBeDefined()
  })

  it('the storage forgets one thing, or all of one grant', async () => {
    const tokens = storage.adapter('RefreshToken')
    await tokens.upsert('r1', { jti: 'r1', grantId: 'g' }, 600)
    await tokens.upsert('r2', { jti: 'r2', grantId: 'g' }, 600)
    await tokens.destroy('r1')
    expect(await tokens.find('r1')).toBeUndefined()
    await tokens.revokeByGrantId('g')
    expect(await tokens.find('r2')).toBeUndefined()
  })

  it('the storage is readable by its owner alone, and writes ahead', () => {
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700)
    const database = new DatabaseSync(path(), { readOnly: true })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.close()
  })
})
