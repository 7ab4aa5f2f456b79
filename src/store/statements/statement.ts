// SQL with named places for values, compiled before the program runs. Building a query for each
// call costs more than SQLite takes to run it, and loading Kysely took half of a program's start.
// `queries.ts` has the queries.

/** A value that can be bound to a place. */
export type SqlValue = string | number | Uint8Array | null

/** The values of a statement's places, by name. */
export type Values = Readonly<Record<string, SqlValue>>

/** A place in a statement, for the value of that name. */
export interface Place {
  readonly place: string
}

/**
 * A compiled statement: its text, and what to bind to its parameters, in order: named values, or
 * constants. `P` are the values that it needs, `R` is a row of its result.
 */
export interface Statement<P extends Values, R = unknown> {
  readonly text: string
  readonly slots: readonly (Place | string | number | null)[]
  /** Never set. It ties the types `P` and `R` to the statement for the TypeScript compiler. */
  readonly types?: (values: P) => R
}

/** The values of a statement's places, in their order. */
export function bind<P extends Values>({ slots }: Statement<P>, values: P): SqlValue[] {
  const bound: SqlValue[] = []
  for (const slot of slots) {
    const value = slot === null || typeof slot !== 'object' ? slot : values[slot.place]
    if (value === undefined)
      throw new TypeError('The statement needs a value for each of its places')
    bound.push(value)
  }
  return bound
}
