// The pins of tools in PostgreSQL, and their review.

import type { ToolPinReview, ToolPins } from '../../core/carry/tool-pins.ts'
import { checkPostgres } from '../checks.ts'
import { sqlToolPins } from '../shared/sql-tool-pins.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import type { PostgresDatabase } from './database.ts'

/** The pins of tools over an open database. */
export function postgresToolPins(database: PostgresDatabase): ToolPins & ToolPinReview {
  checkPostgres('postgresToolPins', database)
  return sqlToolPins(database, POSTGRES.pins)
}
