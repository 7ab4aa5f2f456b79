// What the options of a PostgreSQL database mean to `pg`. Apart from them, because an app may lack the
// types of `pg`.

import type { ClientConfig, CustomTypesConfig } from 'pg'
import { Credential } from '../../core/credential.ts'
import type { PostgresOptions } from './options.ts'

/** How much longer `pg` waits than the server, whose own timeout gives a better reason. */
const EXTRA_WAIT_MS = 1000

/** The longest time for making the tables. */
const MIGRATION_TIMEOUT_MS = 60_000

/** What the connection that makes the tables has in place of the usual timeouts. */
export const MIGRATION_TIMEOUTS: ClientConfig = {
  statement_timeout: MIGRATION_TIMEOUT_MS,
  query_timeout: MIGRATION_TIMEOUT_MS + EXTRA_WAIT_MS,
}

/** The name of the schema. It becomes part of statements, so it must be a plain name. */
export function parseSchema({ schema = 'onbehalf' }: PostgresOptions): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new TypeError('schema takes a plain name: a-z, 0-9 and _')
  return schema
}

/** The configuration of every connection. */
export function clientConfig(
  options: PostgresOptions,
  schema: string,
  types: CustomTypesConfig,
): ClientConfig {
  const { timeouts: { connect = 5000, statement = 5000 } = {} } = options
  return {
    ...given(options),
    ...(options.password === undefined ? {} : { password: passwordOf(options.password) }),
    options: `-c search_path=${schema}`,
    application_name: 'onbehalf',
    keepAlive: true,
    connectionTimeoutMillis: connect,
    statement_timeout: statement,
    // For a server that no longer answers.
    query_timeout: statement + EXTRA_WAIT_MS,
    // Frees what a dead instance has locked.
    idle_in_transaction_session_timeout: statement + EXTRA_WAIT_MS,
    types: {
      getTypeParser: (oid, format) => (oid === BIGINT ? Number : types.getTypeParser(oid, format)),
    },
  }
}

/** The type that `pg` returns as text, because some values do not fit a number. Ours do. */
const BIGINT = 20

function given({ host, port, database, user, ssl }: PostgresOptions): ClientConfig {
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(ssl === undefined ? {} : { ssl }),
  }
}

/**
 * `pg` calls this for each connection, so no configuration that could be printed has the password.
 */
function passwordOf(password: Credential | (() => Promise<Credential>)): () => Promise<string> {
  return async () => (password instanceof Credential ? password : await password()).reveal()
}
