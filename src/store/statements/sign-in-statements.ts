// The statements of the store of sign-ins.

import { type Expression, type Generated, type Kysely, type SqlBool, sql } from 'kysely'
import { MAX_SIGN_INS } from '../../core/vault/sign-in-store.ts'
import { place, statement } from './compile.ts'
import type { Statement } from './statement.ts'

/** A sign-in as a row. */
export interface SignInRow {
  readonly seq: number
  readonly id: string
  readonly digest: string
  readonly owner: string
  readonly issuer: string
  readonly subject: string
  readonly session_id: string | null
  readonly device: string
  readonly started_at: number
  readonly used_at: number
  readonly ends_at: number
  readonly ended_at: number | null
}

/** The table, as the migrations make it. */
export interface SignInTables {
  readonly sign_in: Omit<SignInRow, 'seq'> & { seq: Generated<number> }
}

/** The statements over some of the sign-ins. */
interface Among<P extends Readonly<Record<string, string | number>>> {
  readonly list: Statement<P, SignInRow>
  readonly end: Statement<P & { readonly ended_at: number }>
}

/** The statements. */
export interface SignInStatements {
  /** Adds a sign-in, unless its id or its digest is there. */
  readonly add: Statement<Omit<SignInRow, 'seq' | 'ended_at'>>
  readonly touch: Statement<{ readonly id: string; readonly used_at: number }>
  /** Removes a sign-in. */
  readonly remove: Statement<{ readonly id: string }>
  readonly ofDigest: Among<{ readonly digest: string }>
  /** `ids` is a JSON array of texts. */
  readonly ofIds: Among<{ readonly ids: string }>
  readonly ofOwner: Among<{ readonly owner: string }>
  readonly ofSubject: Among<{ readonly issuer: string; readonly subject: string }>
  readonly ofSession: Among<{ readonly issuer: string; readonly session_id: string }>
  readonly all: Among<Record<never, never>>
  readonly over: Among<{ readonly over_at: number }>
}

/** How a database spells what the standard leaves open. */
export interface SignInDialect {
  /** The texts of a JSON array, as rows with the column `value`. */
  readonly textsOf: (json: Expression<string>) => Expression<unknown>
}

type Condition = Expression<SqlBool>

/** Compiles the statements. */
export function signInStatements(
  db: Kysely<SignInTables>,
  { textsOf }: SignInDialect,
): SignInStatements {
  const alive = sql<SqlBool>`ended_at is null`
  const is = (column: 'digest' | 'owner' | 'issuer' | 'subject' | 'session_id'): Condition =>
    sql<SqlBool>`${sql.ref(column)} = ${place<string>(column)}`
  const among = <P extends Readonly<Record<string, string | number>>>(
    ...conditions: Condition[]
  ): Among<P> => ({
    list: statement(
      db
        .selectFrom('sign_in')
        .selectAll()
        .where(({ and }) => and(conditions))
        .orderBy('seq', 'desc')
        .limit(sql.lit(MAX_SIGN_INS)),
    ),
    end: statement(
      db
        .updateTable('sign_in')
        .set({ ended_at: place<number>('ended_at') })
        .where(({ and }) => and([...conditions, alive])),
    ),
  })
  return {
    add: addition(db),
    touch: statement(
      db
        .updateTable('sign_in')
        .set({ used_at: place<number>('used_at') })
        .where('id', '=', place<string>('id')),
    ),
    remove: statement(db.deleteFrom('sign_in').where('id', '=', place<string>('id'))),
    ofDigest: among(is('digest'), alive),
    ofIds: among(sql<SqlBool>`id in (select value from ${textsOf(place('ids'))})`, alive),
    ofOwner: among(is('owner'), alive),
    ofSubject: among(is('issuer'), is('subject'), alive),
    ofSession: among(is('issuer'), is('session_id'), alive),
    all: among(sql<SqlBool>`owner <> ''`, alive),
    over: among(sql<SqlBool>`(ended_at is not null or ends_at <= ${place<number>('over_at')})`),
  }
}

function addition(db: Kysely<SignInTables>): SignInStatements['add'] {
  return statement(
    db
      .insertInto('sign_in')
      .values({
        id: place<string>('id'),
        digest: place<string>('digest'),
        owner: place<string>('owner'),
        issuer: place<string>('issuer'),
        subject: place<string>('subject'),
        session_id: place<string | null>('session_id'),
        device: place<string>('device'),
        started_at: place<number>('started_at'),
        used_at: place<number>('used_at'),
        ends_at: place<number>('ends_at'),
      })
      .onConflict((conflict) => conflict.doNothing()),
  )
}
