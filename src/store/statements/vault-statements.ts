// The statements of the vault. Every one that reads or removes a person's entry names the owner.

import type { Kysely } from 'kysely'
import type { SealedColumns, SealedTables, VaultColumns } from '../sealing/sealed-tables.ts'
import { place, statement } from './compile.ts'
import { notRetired, retiredKey } from './key-statements.ts'
import type { Statement } from './statement.ts'

type OfEntry = { readonly digest: string; readonly owner: string }

/** The statements. */
export interface VaultStatements {
  readonly add: Statement<Values<VaultColumns & SealedColumns>>
  readonly read: Statement<OfEntry, VaultColumns & SealedColumns>
  readonly remove: Statement<OfEntry>
  readonly sweep: Statement<{ readonly now: number }>
  readonly retiredKey: Statement<{ readonly key_id: string }, { readonly id: string }>
}

/** The same columns as a type: unlike an interface, a type fits an index signature. */
type Values<T> = { readonly [K in keyof T]: T[K] }

/** Compiles the statements. */
export function vaultStatements(db: Kysely<SealedTables>): VaultStatements {
  const digest = place<string>('digest')
  const owner = place<string>('owner')
  return {
    add: statement(
      db
        .insertInto('vault_entry')
        .columns(['digest', 'owner', 'destinations', 'expires_at', 'key_id', 'wrapped', 'body'])
        .expression(
          db
            .selectNoFrom([
              digest.as('digest'),
              owner.as('owner'),
              place<string>('destinations').as('destinations'),
              place<number>('expires_at').as('expires_at'),
              place<string>('key_id').as('key_id'),
              place<Uint8Array>('wrapped').as('wrapped'),
              place<Uint8Array>('body').as('body'),
            ])
            .where(notRetired(db)),
        ),
    ),
    read: statement(
      db
        .selectFrom('vault_entry')
        .select(['digest', 'owner', 'destinations', 'expires_at', 'key_id', 'wrapped', 'body'])
        .where('digest', '=', digest)
        .where('owner', '=', owner),
    ),
    remove: statement(
      db.deleteFrom('vault_entry').where('digest', '=', digest).where('owner', '=', owner),
    ),
    sweep: statement(db.deleteFrom('vault_entry').where('expires_at', '<=', place<number>('now'))),
    retiredKey: retiredKey(db),
  }
}
