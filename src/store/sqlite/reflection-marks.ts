// The reflection marks in SQLite. Every process that shares the file sees a mark at once.

import type { ReflectionMarks } from '../../core/carry/reflection-marks.ts'
import { checkSqlite } from '../checks.ts'
import { sqlReflectionMarks } from '../shared/sql-reflection-marks.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/** The reflection marks over an open database. */
export function sqliteReflectionMarks(database: SqliteDatabase): ReflectionMarks {
  checkSqlite('sqliteReflectionMarks', database)
  return sqlReflectionMarks(database, SQLITE.marks)
}
