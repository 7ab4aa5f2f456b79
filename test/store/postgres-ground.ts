// What the tests over PostgreSQL share: databases that are opened for one test.

import { onTestFinished } from 'vitest'
import type { RunStore } from '../../src/chatkit/index.ts'
import { openPostgres, type PostgresDatabase, type PostgresOptions } from '../../src/store/index.ts'
import type { PostgresServer } from './postgres-server.ts'

/** Opens a database of a server; it is closed when the test is over. */
export async function opened(server: PostgresServer, database: string, more: PostgresOptions = {}): Promise<PostgresDatabase> {
  const { host, port, user } = server
  const made = await openPostgres({ host, port, user, database, ...more })
  onTestFinished(() => made.close())
  return made
}

/** Watches a run; gives the way to wait for a wake that comes from now on. */
export function listenTo(store: RunStore, id: string): () => Promise<void> {
  let heard = () => {}
  onTestFinished(store.watch(id, () => heard()))
  return () =>
    new Promise((resolve) => {
      heard = resolve
    })
}

/** A run to begin, and on which terms. */
export const RUN = { id: 'r1', owner: 'owner-a', threadId: 't1', resumable: true }
export const TERMS = { now: 1000, aliveUntil: 16_000, most: 8 }
