// The statement of the audit. Rows are only ever added. Only PostgreSQL has it.

import { type Kysely, sql } from 'kysely'
import { place, statement } from './compile.ts'
import { DEFAULT_SCHEMA } from './default-schema.ts'
import type { Statement } from './statement.ts'

/** The table, as the migrations make it. */
export interface AuditTables {
  readonly audit_event: { time: number; event: string }
}

/** The statements. */
export interface AuditStatements {
  /** Adds events in their order: a JSON array of `[time, text]`. */
  readonly add: Statement<{ readonly events: string }>
}

/** Compiles the statements. */
export function auditStatements(db: Kysely<AuditTables>): AuditStatements {
  const table = sql.table(`${DEFAULT_SCHEMA}.audit_event`)
  return {
    add: statement({
      compile: () =>
        sql`insert into ${table} (time, event) select cast(one.value->>0 as double precision), one.value->>1 from json_array_elements(cast(${place<string>('events')} as json)) with ordinality as one (value, number) order by one.number`.compile(
          db,
        ),
    }),
  }
}
