// SQL that Kysely compiles once, with named places for values: building a query anew for each call costs more than SQLite takes to run it.

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

/** What can be bound to a place. */
export type SqlValue = string | number | Uint8Array | null

/** The values of a statement's places, by name. */
export type Values = Readonly<Record<string, SqlValue>>

/** A compiled statement: its text, and for each place the name of a value, or a constant. `R` is a row of its result. */
export interface Statement<P extends Values, R = unknown> {
  readonly text: string
  readonly slots: readonly (Slot | SqlValue)[]
  /** Only for the compiler: what the statement takes and gives. */
  readonly types?: (values: P) => R
}

class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A place in a query, to be filled with the value of that name. */
export function place<T extends SqlValue>(name: string): RawBuilder<T> {
  return sql<T>`${new Slot(name)}`
}

/** Compiles a query. */
export function statement<P extends Values, R = unknown>(query: Compilable<R>): Statement<P, R> {
  const { sql: text, parameters } = query.compile()
  const slots = parameters.map((parameter): Slot | SqlValue => {
    if (parameter instanceof Slot || typeof parameter === 'string' || typeof parameter === 'number' || parameter === null)
      return parameter
    throw new TypeError('A query holds a value that cannot be bound')
  })
  return Object.freeze({ text, slots: Object.freeze(slots) })
}

/** The values of a statement's places, in their order. */
export function bind<P extends Values>(statement: Statement<P>, values: P): SqlValue[] {
  return statement.slots.map((slot) => {
    if (!(slot instanceof Slot)) return slot
    const value = values[slot.name]
    if (value === undefined) throw new TypeError(`The statement needs a value for ${slot.name}`)
    return value
  })
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
