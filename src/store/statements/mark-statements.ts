// The statements of the reflection marks.

import type { Generated, Kysely } from 'kysely'
import type { ReflectionMark } from '../../core/carry/reflection-marks.ts'
import { place, statement } from './compile.ts'
import type { Statement } from './statement.ts'

/** The table, as the migrations make it. */
export interface MarkTables {
  readonly reflection_mark: { seq: Generated<number>; resource: string; since: number }
}

/** The statements. */
export interface MarkStatements {
  readonly add: Statement<{ readonly resource: string; readonly since: number }>
  readonly read: Statement<{ readonly resource: string }, { readonly resource: string }>
  readonly list: Statement<Record<never, never>, ReflectionMark>
  readonly remove: Statement<{ readonly resource: string }>
}

/** Compiles the statements. */
export function markStatements(db: Kysely<MarkTables>): MarkStatements {
  const resource = place<string>('resource')
  return {
    add: statement(
      db
        .insertInto('reflection_mark')
        .values({ resource, since: place<number>('since') })
        .onConflict((conflict) => conflict.column('resource').doNothing()),
    ),
    read: statement(
      db.selectFrom('reflection_mark').select('resource').where('resource', '=', resource),
    ),
    list: statement(
      db
        .selectFrom('reflection_mark')
        .select(['resource', 'since'])
        .orderBy('since')
        .orderBy('seq'),
    ),
    remove: statement(db.deleteFrom('reflection_mark').where('resource', '=', resource)),
  }
}
