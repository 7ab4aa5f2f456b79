// The pins of tools in SQLite, and their review.

import type { ToolPinReview, ToolPins } from '../../core/carry/tool-pins.ts'
import { checkSqlite } from '../checks.ts'
import { sqlToolPins } from '../shared/sql-tool-pins.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { SqliteDatabase } from './database.ts'

/** The pins of tools over an open database. */
export function sqliteToolPins(database: SqliteDatabase): ToolPins & ToolPinReview {
  checkSqlite('sqliteToolPins', database)
  return sqlToolPins(database, SQLITE.pins)
}
