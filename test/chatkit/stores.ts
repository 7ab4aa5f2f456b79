// The stores of the server's tests: memory, a SQLite file, and a real PostgreSQL, each with as many
// instances as a test wants. It holds no test.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, onTestFinished } from 'vitest'
import {
  memoryRunStore,
  memoryThreadStore,
  type RunStore,
  type ThreadStore,
} from '../../src/chatkit/index.ts'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from '../../src/store/index.ts'
import {
  openPostgres,
  postgresRunStore,
  postgresThreadStore,
} from '../../src/store/postgres/index.ts'
import { type SharedPostgres, sharedPostgres } from '../store/postgres/shared.ts'

/** What one instance of the server works with. */
export interface Stores {
  readonly store: ThreadStore
  readonly runs: RunStore
}

export type StoreName = 'memory' | 'sqlite' | 'postgres'

/**
 * Opens an empty store for the current test, for so many instances. It is closed after the test.
 */
export type OpenStores = (instances?: number) => Promise<readonly [Stores, ...Stores[]]>

/** Mutation testing runs the same tests thousands of times, and has no PostgreSQL. */
const ALL: readonly StoreName[] = process.env.ONBEHALF_MUTATION
  ? ['memory']
  : ['memory', 'sqlite', 'postgres']

/** Describes something once for each store. */
export function describeStores(
  what: string,
  body: (open: OpenStores) => void,
  names: readonly StoreName[] = ALL,
): void {
  describe.each(names)(`${what} (%s)`, (name) => {
    let postgres: SharedPostgres | undefined
    beforeAll(async () => {
      if (name === 'postgres') postgres = await sharedPostgres()
    })
    body(async (instances = 1) => {
      const [first, ...others] = await openStores(name, instances, postgres)
      if (!first) throw new TypeError('A test needs an instance')
      return [first, ...others]
    })
  })
}

async function openStores(
  name: StoreName,
  instances: number,
  postgres: SharedPostgres | undefined,
): Promise<Stores[]> {
  switch (name) {
    case 'memory':
      return Array(instances).fill({ store: memoryThreadStore(), runs: memoryRunStore() })
    case 'sqlite': {
      const folder = mkdtempSync(join(tmpdir(), 'onbehalf-chat-'))
      const database = openSqlite(join(folder, 'chat.db'))
      onTestFinished(() => {
        database.close()
        rmSync(folder, { recursive: true })
      })
      // A file serves one process, in which there may be several servers.
      return Array(instances).fill({
        store: sqliteThreadStore(database),
        runs: sqliteRunStore(database),
      })
    }
    case 'postgres': {
      if (!postgres) throw new TypeError('PostgreSQL is not started')
      const { host, port, user } = postgres
      const place = await postgres.schema()
      const open = async (): Promise<Stores> => {
        const opened = await openPostgres({ host, port, user, ...place, connections: 4 })
        onTestFinished(() => opened.close())
        return { store: postgresThreadStore(opened), runs: postgresRunStore(opened) }
      }
      return Promise.all(Array.from({ length: instances }, open))
    }
  }
}
