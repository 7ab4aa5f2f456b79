// The reflection marks in SQLite: every process that shares the file sees a mark from the moment that it is made.

import type { Generated } from 'kysely'
import type { ReflectionMark, ReflectionMarks } from '../core/reflection-marks.ts'
import { step } from './sql.ts'
import type { SqliteDatabase } from './sqlite.ts'
import { place, type Statement, sqliteCompiler, statement } from './statement.ts'

/** The table, as the migrations make it. */
interface MarkTables {
  readonly reflection_mark: { seq: Generated<number>; resource: string; since: number }
}

interface MarkStatements {
  readonly add: Statement<{ readonly resource: string; readonly since: number }>
  readonly read: Statement<{ readonly resource: string }, { readonly resource: string }>
  readonly list: Statement<Record<never, never>, ReflectionMark>
  readonly remove: Statement<{ readonly resource: string }>
}

function markStatements(): MarkStatements {
  const db = sqliteCompiler<MarkTables>()
  const resource = place<string>('resource')
  return {
    add: statement(
      db
        .insertInto('reflection_mark')
        .values({ resource, since: place<number>('since') })
        .onConflict((conflict) => conflict.column('resource').doNothing()),
    ),
    read: statement(db.selectFrom('reflection_mark').select('resource').where('resource', '=', resource)),
    list: statement(db.selectFrom('reflection_mark').select(['resource', 'since']).orderBy('since').orderBy('seq')),
    remove: statement(db.deleteFrom('reflection_mark').where('resource', '=', resource)),
  }
}

/** The reflection marks over an open database. */
export function sqliteReflectionMarks(database: SqliteDatabase): ReflectionMarks {
  const run = markStatements()
  return {
    async mark(resource, time): Promise<void> {
      await database.batch([step(run.add, { resource, since: time })])
    },
    async isMarked(resource): Promise<boolean> {
      return (await database.first(run.read, { resource })) !== undefined
    },
    async list(): Promise<readonly ReflectionMark[]> {
      const rows = await database.all(run.list, {})
      return rows.map(({ resource, since }) => ({ resource, since }))
    },
    async clear(resource): Promise<boolean> {
      const [rows] = await database.batch([step(run.remove, { resource })])
      return rows === 1
    },
  }
}
