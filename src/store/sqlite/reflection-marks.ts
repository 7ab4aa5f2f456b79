// The reflection marks in SQLite. Every process that shares the file sees a mark at once.

import type { ReflectionMark, ReflectionMarks } from '../../core/carry/reflection-marks.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import { step } from '../statements/sql.ts'
import type { SqliteDatabase } from './database.ts'

/** The reflection marks over an open database. */
export function sqliteReflectionMarks(database: SqliteDatabase): ReflectionMarks {
  const run = SQLITE.marks
  return {
    async mark(resource, time): Promise<void> {
      await database.commit([step(run.add, { resource, since: time })])
    },
    async isMarked(resource): Promise<boolean> {
      return (await database.first(run.read, { resource })) !== undefined
    },
    async list(): Promise<readonly ReflectionMark[]> {
      const rows = await database.all(run.list, {})
      return rows.map(({ resource, since }) => ({ resource, since }))
    },
    async clear(resource): Promise<boolean> {
      const changed = await database.commit([step(run.remove, { resource })])
      return changed?.[0] === 1
    },
  }
}
