// The statements of key rotation: which rows are wrapped under which master key, and which keys are
// retired.

import { type Expression, type Kysely, type SqlBool, sql } from 'kysely'
import type {
  SealedColumns,
  SealedTables,
  SecretColumns,
  VaultColumns,
} from '../sealing/sealed-tables.ts'
import { place, statement } from './compile.ts'
import type { Statement } from './statement.ts'

type OfKey = { readonly key_id: string }
type Position = { readonly seq: number }

/** The statements for one table of sealed secrets. */
export interface TableStatements<Row> {
  /** Rows after a position that are wrapped under any key but this one. */
  readonly others: Statement<
    OfKey & { readonly after: number; readonly rows: number },
    Row & Pick<SealedColumns, 'key_id' | 'wrapped'> & Position
  >
  /** Replaces the wrapped key of a row, unless the row was written again since it was read. */
  readonly rewrap: Statement<
    OfKey & Position & { readonly wrapped: Uint8Array; readonly before: Uint8Array }
  >
  /** How many rows are under each key. */
  readonly use: Statement<Record<string, never>, OfKey & { readonly rows: number }>
}

/** The statements of key rotation. */
export interface KeyStatements {
  readonly vault: TableStatements<VaultColumns>
  readonly secrets: TableStatements<SecretColumns>
  /** Retires a key, unless a row is wrapped under it. */
  readonly retire: Statement<OfKey>
  readonly retiredKey: Statement<OfKey, { readonly id: string }>
}

/** Compiles the statements. */
export function keyStatements(db: Kysely<SealedTables>): KeyStatements {
  const key = place<string>('key_id')
  const seq = place<number>('seq')
  const wrapped = place<Uint8Array>('wrapped')
  const before = place<Uint8Array>('before')
  const after = place<number>('after')
  const rows = place<number>('rows')
  return {
    vault: {
      others: statement(
        db
          .selectFrom('vault_entry')
          .select(['seq', 'digest', 'owner', 'destinations', 'expires_at', 'key_id', 'wrapped'])
          .where('key_id', '!=', key)
          .where('seq', '>', after)
          .orderBy('seq')
          .limit(rows),
      ),
      rewrap: statement(
        db
          .updateTable('vault_entry')
          .set({ key_id: key, wrapped })
          .where('seq', '=', seq)
          .where('wrapped', '=', before)
          .where(notRetired(db)),
      ),
      use: statement(
        db
          .selectFrom('vault_entry')
          .select(['key_id', db.fn.countAll<number>().as('rows')])
          .groupBy('key_id'),
      ),
    },
    secrets: {
      others: statement(
        db
          .selectFrom('secret')
          .select(['seq', 'owner', 'resource', 'kind', 'issuer', 'version', 'key_id', 'wrapped'])
          .where('key_id', '!=', key)
          .where('seq', '>', after)
          .orderBy('seq')
          .limit(rows),
      ),
      rewrap: statement(
        db
          .updateTable('secret')
          .set({ key_id: key, wrapped })
          .where('seq', '=', seq)
          .where('wrapped', '=', before)
          .where(notRetired(db)),
      ),
      use: statement(
        db
          .selectFrom('secret')
          .select(['key_id', db.fn.countAll<number>().as('rows')])
          .groupBy('key_id'),
      ),
    },
    retire: statement(
      db
        .insertInto('retired_key')
        .columns(['id'])
        .expression(
          db
            .selectNoFrom(key.as('id'))
            .where(({ not, exists }) =>
              not(exists(db.selectFrom('vault_entry').select('seq').where('key_id', '=', key))),
            )
            .where(({ not, exists }) =>
              not(exists(db.selectFrom('secret').select('seq').where('key_id', '=', key))),
            ),
        )
        .onConflict((conflict) => conflict.column('id').doNothing()),
    ),
    retiredKey: retiredKey(db),
  }
}

/** Finds a key among the retired ones. */
export function retiredKey(db: Kysely<SealedTables>): Statement<OfKey, { readonly id: string }> {
  return statement(
    db.selectFrom('retired_key').select('id').where('id', '=', place<string>('key_id')),
  )
}

/**
 * Whether the key of a new row is not retired. It is part of the statement that writes the row, so
 * that the key cannot be retired between the check and the writing.
 */
export function notRetired(db: Kysely<SealedTables>): Expression<SqlBool> {
  return sql<SqlBool>`not exists ${db.selectFrom('retired_key').select('id').where('id', '=', place<string>('key_id'))}`
}
