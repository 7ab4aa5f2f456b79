// The PostgreSQL that all test files of a run share. Each test has a schema of its own, in a
// database of its file: making a database for each test would take most of its time. A test that
// ends the server, or needs durable commits, starts its own (`server.ts`).

import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { type PostgresServer, queryServer } from './server.ts'

/** A server that a test uses and does not end. */
export interface SharedPostgres
  extends Pick<PostgresServer, 'host' | 'port' | 'user' | 'database' | 'query'> {
  /** A place for the tables of one test: an empty schema in the database of this file. */
  schema(): Promise<{ readonly database: string; readonly schema: string }>
}

/** The shared server. It starts now if no file has asked for it before. */
export async function sharedPostgres(): Promise<SharedPostgres> {
  const answer: unknown = JSON.parse(await text(connect(inject('postgresPort'), '127.0.0.1')))
  const { host, port, user, error } = answer as {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly error?: string
  }
  if (error !== undefined) throw new Error(`PostgreSQL did not start: ${error}`)
  const query: SharedPostgres['query'] = (statements, database) =>
    queryServer({ host, port, user, database }, statements)
  async function createDatabase(): Promise<string> {
    const name = `test_${randomBytes(8).toString('hex')}`
    await query(`create database ${name}`)
    return name
  }

  // One for a file: instances hear of each other's runs in the whole database.
  let ofFile: Promise<string> | undefined
  let schemas = 0
  return {
    host,
    port,
    user,
    database: createDatabase,
    async schema(): Promise<{ readonly database: string; readonly schema: string }> {
      ofFile ??= createDatabase()
      schemas += 1
      return { schema: `test_${schemas}`, database: await ofFile }
    },
    query,
  }
}
