// Builds queries with Kysely and compiles them, with named places for values. Nothing of it is loaded by a program that uses the stores.

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
import type { Place, SqlValue, Statement, Values } from './statement.ts'

/** A class, so that Kysely takes it for a value and passes it on. */
class Slot implements Place {
  readonly place: string

  constructor(place: string) {
    this.place = place
  }
}

/** A place in a query, to be filled with the value of that name. */
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
    throw new TypeError('A query holds a value that cannot be bound')
  })
  return Object.freeze({ text, slots: Object.freeze(slots) })
}

/** Builds queries for SQLite; it has no connection, so it can only compile them. */
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

/** Builds queries for PostgreSQL; it has no connection, so it can only compile them. */
export function postgresCompiler<Tables>(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}
