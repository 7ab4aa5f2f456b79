// What a store needs of a database: reads, and changes that happen completely or not at all. SQLite
// (`sqlite/database.ts`) and PostgreSQL (`postgres/database.ts`) both implement it, so a store that
// is written against it works over either.

import { bind, type SqlValue, type Statement, type Values } from './statement.ts'

/** One statement of a change, with its values. */
export interface Step {
  readonly text: string
  readonly values: readonly SqlValue[]
  /**
   * How many rows the statement must insert, update or delete. With any other number, the whole
   * change is taken back. Default: any number is accepted.
   */
  readonly needs?: number
}

/** A database. When a method has answered, its change is on the disk. */
export interface SqlDatabase {
  /**
   * The first row of a query. A database in this process answers without a promise, because a
   * promise would make such a read 10 % slower.
   */
  first<P extends Values, R>(
    statement: Statement<P, R>,
    values: P,
  ): R | undefined | Promise<R | undefined>
  /** The rows of a query. */
  all<P extends Values, R>(statement: Statement<P, R>, values: P): Promise<readonly R[]>
  /**
   * Runs statements in one transaction.
   *
   * @returns How many rows each one changed; undefined when a step did not change as many as it
   *   needs, and then nothing is changed.
   * @throws Error when the database fails.
   */
  commit(steps: readonly Step[]): Promise<readonly number[] | undefined>
}

/** Makes a step: a statement with its values, and how many rows it must change. */
export function step<P extends Values>(statement: Statement<P>, values: P, needs?: number): Step {
  const { text } = statement
  return needs === undefined
    ? { text, values: bind(statement, values) }
    : { text, values: bind(statement, values), needs }
}
