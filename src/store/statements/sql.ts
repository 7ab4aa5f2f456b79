// What the stores ask of a database, whichever it is: reads, and changes that are made all or nothing.

import { bind, type SqlValue, type Statement, type Values } from './statement.ts'

/** One statement of a change, its values bound. */
export interface Step {
  readonly text: string
  readonly values: readonly SqlValue[]
  /** How many rows it must concern for the whole change to be made. Default: any number. */
  readonly needs?: number
}

/** A database. Whatever a method has answered is on the disk. */
export interface SqlDatabase {
  /** The first row of a query: at once, where the database is in this process, for a promise more is a tenth of such a read. */
  first<P extends Values, R>(
    statement: Statement<P, R>,
    values: P,
  ): R | undefined | Promise<R | undefined>
  /** The rows of a query. */
  all<P extends Values, R>(statement: Statement<P, R>, values: P): Promise<readonly R[]>
  /** Runs statements, all or nothing; the rows that each concerned, or undefined when a step did not concern as many as it needs: nothing is changed then. */
  commit(steps: readonly Step[]): Promise<readonly number[] | undefined>
}

/** A step of a change. */
export function step<P extends Values>(statement: Statement<P>, values: P, needs?: number): Step {
  const { text } = statement
  return needs === undefined
    ? { text, values: bind(statement, values) }
    : { text, values: bind(statement, values), needs }
}
