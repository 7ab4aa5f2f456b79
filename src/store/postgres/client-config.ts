// What the options of a PostgreSQL database mean to `pg`. Apart from them, because an app may lack the
// types of `pg`.

import type { ClientConfig, CustomTypesConfig } from 'pg'
import { Credential } from '../../core/credential.ts'
import { DEFAULT_SCHEMA } from '../statements/default-schema.ts'
import { TIMEOUT_MS } from './migrations.ts'
import type { PostgresOptions } from './options.ts'

/** How much longer `pg` waits than the server, whose own timeout gives a better reason. */
const EXTRA_WAIT_MS = 1000

/** How long the connection that makes the tables waits for an answer. */
export const MIGRATION_WAIT: ClientConfig = { query_timeout: TIMEOUT_MS + EXTRA_WAIT_MS }

/** The name of the schema. It becomes part of statements, so it must be a plain name. */
export function parseSchema({ schema = DEFAULT_SCHEMA }: PostgresOptions): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new TypeError('schema takes a plain name: a-z, 0-9 and _')
  return schema
}

/**
 * The times that the server keeps, as settings: for the session, or for one transaction where the
 * connection is another's afterwards. Poolers refuse them among the parameters of a connection.
 */
export function serverTimeouts(options: PostgresOptions, of: 'session' | 'transaction'): string {
  const { statement } = timesOf(options)
  const set = of === 'session' ? 'set' : 'set local'
  // The second frees what a dead instance has locked.
  return `${set} statement_timeout = ${statement}; ${set} idle_in_transaction_session_timeout = ${statement + EXTRA_WAIT_MS}`
}

/** The configuration of every connection. A pooler takes all of it. */
export function clientConfig(options: PostgresOptions, types: CustomTypesConfig): ClientConfig {
  const { connect, statement } = timesOf(options)
  return {
    ...given(options),
    ...(options.password === undefined ? {} : { password: passwordOf(options.password) }),
    application_name: 'onbehalf',
    keepAlive: true,
    connectionTimeoutMillis: connect,
    // For a server that no longer answers.
    query_timeout: statement + EXTRA_WAIT_MS,
    types: {
      getTypeParser: (oid, format) => (oid === BIGINT ? Number : types.getTypeParser(oid, format)),
    },
  }
}

/** Whole numbers, because they become part of statements. */
function timesOf({ timeouts = {} }: PostgresOptions): { connect: number; statement: number } {
  const { connect = 5000, statement = 5000 } = timeouts
  return { connect: Math.ceil(connect), statement: Math.ceil(statement) }
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
