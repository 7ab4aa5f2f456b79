// The options of a PostgreSQL database.

import type { ConnectionOptions } from 'node:tls'
import type { Credential } from '../../core/credential.ts'

/**
 * Options of `openPostgres`. What you leave out, `pg` takes from the environment (`PGHOST`,
 * `PGUSER`, `PGPASSWORD`, …) or from `~/.pgpass`.
 */
export interface PostgresOptions {
  readonly host?: string
  readonly port?: number
  readonly database?: string
  readonly user?: string
  /** The password, or a function that is called for each new connection. */
  readonly password?: Credential | (() => Promise<Credential>)
  /** TLS, as `pg` takes it. Default: what the environment says. */
  readonly ssl?: boolean | ConnectionOptions
  /** The schema for the tables. It is made when it is missing. Default `onbehalf`. */
  readonly schema?: string
  /**
   * Set it when a pooler in between gives the connection to others after each transaction (PgBouncer
   * with `pool_mode = transaction`): nothing is kept in a session then, so statements are not kept
   * prepared, and only transactions have the server's timeouts. Give the role a `statement_timeout`.
   * Default: none; poolers that keep sessions need no setting.
   */
  readonly pooler?: 'transaction'
  /**
   * Where the server itself is, without the pooler: for the one connection that listens to the other
   * instances. What is left out is as above. Default, with `pooler`: nobody listens, and instances
   * look for each other's news every second.
   */
  readonly direct?: Pick<
    PostgresOptions,
    'host' | 'port' | 'database' | 'user' | 'password' | 'ssl'
  >
  /** The most connections, not counting the one that listens. Default 10. */
  readonly connections?: number
  /** The longest wait for a connection and for a statement, in milliseconds. Default 5,000 each. */
  readonly timeouts?: { readonly connect?: number; readonly statement?: number }
}
