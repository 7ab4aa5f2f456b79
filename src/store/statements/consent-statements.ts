// The statements of the store of consents. Every one names the owner.

import type { Generated, Kysely } from 'kysely'
import { sql } from 'kysely'
import { MAX_CONSENTS } from '../../core/vault/consent-store.ts'
import { place, statement } from './compile.ts'
import type { Statement } from './statement.ts'

/** A consent as a row. */
export interface ConsentRow {
  readonly id: string
  readonly owner: string
  readonly job: string
  /** A list in JSON. */
  readonly servers: string
  /** A list in JSON. */
  readonly scopes: string
  readonly given_at: number
  readonly ends_at: number
  readonly revoked_at: number | null
}

/** The table, as the migrations make it. */
export interface ConsentTables {
  readonly consent: ConsentRow & { seq: Generated<number> }
}

type Row = { readonly [K in keyof ConsentRow]: ConsentRow[K] }

/** The statements. */
export interface ConsentStatements {
  readonly add: Statement<Row>
  /** Revokes the consents of a person for a job. */
  readonly replace: Statement<{
    readonly owner: string
    readonly job: string
    readonly revoked_at: number
  }>
  readonly list: Statement<{ readonly owner: string }, ConsentRow>
  readonly revoke: Statement<{
    readonly owner: string
    readonly id: string
    readonly revoked_at: number
  }>
}

/** Compiles the statements. */
export function consentStatements(db: Kysely<ConsentTables>): ConsentStatements {
  const owner = place<string>('owner')
  const revoking = db
    .updateTable('consent')
    .set({ revoked_at: place<number>('revoked_at') })
    .where('owner', '=', owner)
    .where('revoked_at', 'is', null)
  return {
    add: statement(
      db.insertInto('consent').values({
        id: place<string>('id'),
        owner,
        job: place<string>('job'),
        servers: place<string>('servers'),
        scopes: place<string>('scopes'),
        given_at: place<number>('given_at'),
        ends_at: place<number>('ends_at'),
        revoked_at: place<number | null>('revoked_at'),
      }),
    ),
    replace: statement(revoking.where('job', '=', place<string>('job'))),
    list: statement(
      db
        .selectFrom('consent')
        .select(['id', 'owner', 'job', 'servers', 'scopes', 'given_at', 'ends_at', 'revoked_at'])
        .where('owner', '=', owner)
        .orderBy('seq', 'desc')
        .limit(sql.lit(MAX_CONSENTS)),
    ),
    revoke: statement(revoking.where('id', '=', place<string>('id'))),
  }
}
