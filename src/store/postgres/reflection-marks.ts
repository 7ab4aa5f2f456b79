// The reflection marks in PostgreSQL. Every instance sees a mark at once.

import type { ReflectionMarks } from '../../core/carry/reflection-marks.ts'
import { checkPostgres } from '../checks.ts'
import { sqlReflectionMarks } from '../shared/sql-reflection-marks.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import type { PostgresDatabase } from './database.ts'

/** The reflection marks over an open database. */
export function postgresReflectionMarks(database: PostgresDatabase): ReflectionMarks {
  checkPostgres('postgresReflectionMarks', database)
  return sqlReflectionMarks(database, POSTGRES.marks)
}
