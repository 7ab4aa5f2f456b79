// The statements of the secret store. Every one names owner, resource and kind.

import type { Kysely } from 'kysely'
import type { SealedColumns, SealedTables, SecretColumns } from '../sealing/sealed-tables.ts'
import { place, statement } from './compile.ts'
import { notRetired, retiredKey } from './key-statements.ts'
import type { Statement } from './statement.ts'

type OfSecret = { readonly owner: string; readonly resource: string; readonly kind: string }
type Row = {
  readonly [K in keyof (SecretColumns & SealedColumns)]: (SecretColumns & SealedColumns)[K]
}

/** The statements. */
export interface SecretStatements {
  readonly read: Statement<OfSecret, SecretColumns & SealedColumns>
  /** Adds the first version of a record, unless there is one or the master key is retired. */
  readonly add: Statement<Row>
  /** Replaces the version `before`, unless another one is stored or the master key is retired. */
  readonly change: Statement<Row & { readonly before: number }>
  readonly remove: Statement<OfSecret>
  readonly retiredKey: Statement<{ readonly key_id: string }, { readonly id: string }>
}

/** Compiles the statements. */
export function secretStatements(db: Kysely<SealedTables>): SecretStatements {
  const owner = place<string>('owner')
  const resource = place<string>('resource')
  const kind = place<string>('kind')
  const changing = {
    issuer: place<string>('issuer'),
    version: place<number>('version'),
    key_id: place<string>('key_id'),
    wrapped: place<Uint8Array>('wrapped'),
    body: place<Uint8Array>('body'),
  }
  return {
    read: statement(
      db
        .selectFrom('secret')
        .select(['owner', 'resource', 'kind', 'issuer', 'version', 'key_id', 'wrapped', 'body'])
        .where('owner', '=', owner)
        .where('resource', '=', resource)
        .where('kind', '=', kind),
    ),
    add: statement(
      db
        .insertInto('secret')
        .columns(['owner', 'resource', 'kind', 'issuer', 'version', 'key_id', 'wrapped', 'body'])
        .expression(
          db
            .selectNoFrom([
              owner.as('owner'),
              resource.as('resource'),
              kind.as('kind'),
              changing.issuer.as('issuer'),
              changing.version.as('version'),
              changing.key_id.as('key_id'),
              changing.wrapped.as('wrapped'),
              changing.body.as('body'),
            ])
            .where(notRetired(db)),
        )
        .onConflict((conflict) => conflict.columns(['owner', 'resource', 'kind']).doNothing()),
    ),
    change: statement(
      db
        .updateTable('secret')
        .set(changing)
        .where('owner', '=', owner)
        .where('resource', '=', resource)
        .where('kind', '=', kind)
        .where('version', '=', place<number>('before'))
        .where(notRetired(db)),
    ),
    remove: statement(
      db
        .deleteFrom('secret')
        .where('owner', '=', owner)
        .where('resource', '=', resource)
        .where('kind', '=', kind),
    ),
    retiredKey: retiredKey(db),
  }
}
