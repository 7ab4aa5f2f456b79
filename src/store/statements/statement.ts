// SQL with named places for values, compiled before the program runs: building a query for each call costs more than SQLite takes to run it, and
// loading what builds them took half of a start. `queries.ts` has the queries.

/** What can be bound to a place. */
export type SqlValue = string | number | Uint8Array | null

/** The values of a statement's places, by name. */
export type Values = Readonly<Record<string, SqlValue>>

/** A place in a statement, for the value of that name. */
export interface Place {
  readonly place: string
}

/** A compiled statement: its text, and what is bound to its parameters in their order: values by name, or constants. `R` is a row of its result. */
export interface Statement<P extends Values, R = unknown> {
  readonly text: string
  readonly slots: readonly (Place | string | number | null)[]
  /** Only for the compiler: what the statement takes and gives. */
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
