// Compiles queries that were built with Kysely, with named places for values. A program that uses
// the stores never loads this file or Kysely.

import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import { DEFAULT_SCHEMA } from './default-schema.ts'
import type { Place, SqlValue, Statement, Values } from './statement.ts'

/** A class, because Kysely passes an object on as a value only when it has a class. */
class Slot implements Place {
  readonly place: string

  constructor(place: string) {
    this.place = place
  }
}

/** A place in a query, for the value of that name. */
export function place<T extends SqlValue>(name: string): RawBuilder<T> {
  return sql<T>`${new Slot(name)}`
}

/** Compiles a query. */
export function statement<P extends Values, R = unknown>(query: Compilable<R>): Statement<P, R> {
  const { sql: text, parameters } = query.compile()
  const slots = parameters.map((parameter) => {
    if (parameter instanceof Slot) return { place: parameter.place }
    if (typeof parameter === 'string' || typeof parameter === 'number' || parameter === null)
      return parameter
    throw new TypeError('The query has a value that cannot be bound')
  })
  return Object.freeze({ text, slots: Object.freeze(slots) })
}

/** Builds queries for SQLite. It has no connection: it can only compile. */
export function sqliteCompiler<Tables>(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/**
 * Builds queries for PostgreSQL. It has no connection: it can only compile. Every table is named with
 * its schema, because a search path would be state of a session.
 */
export function postgresCompiler<Tables>(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }).withSchema(DEFAULT_SCHEMA)
}
