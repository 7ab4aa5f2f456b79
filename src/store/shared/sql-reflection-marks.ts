// The reflection marks over any SQL database.

import type { ReflectionMark, ReflectionMarks } from '../../core/carry/reflection-marks.ts'
import type { MarkStatements } from '../statements/mark-statements.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'

/** The reflection marks over an open database. */
export function sqlReflectionMarks(database: SqlDatabase, run: MarkStatements): ReflectionMarks {
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
