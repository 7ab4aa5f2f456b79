// What the tests over PostgreSQL share: databases that are opened for one test.

import pg from 'pg'
import { onTestFinished, vi } from 'vitest'
import type { RunStore } from '../../../src/chatkit/index.ts'
import {
  openPostgres,
  type PostgresDatabase,
  type PostgresOptions,
} from '../../../src/store/index.ts'
import type { PostgresServer } from './server.ts'

/** Opens a database of a server; it is closed when the test is over. */
export async function opened(
  server: PostgresServer,
  database: string,
  more: PostgresOptions = {},
): Promise<PostgresDatabase> {
  const { host, port, user } = server
  const made = await openPostgres({ host, port, user, database, ...more })
  onTestFinished(() => made.close())
  return made
}

/** A connection of the test's own, to do what another program might; it is closed when the test is over. */
export async function session(server: PostgresServer, database: string): Promise<pg.Client> {
  const { host, port, user } = server
  const client = new pg.Client({ host, port, user, database, options: '-c search_path=onbehalf' })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** Resolves when some statement waits for a lock. */
export async function untilSomebodyWaits(client: pg.Client): Promise<void> {
  while ((await client.query('select from pg_locks where not granted')).rowCount === 0);
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

/** Stops the regular looks for the test at hand, so that only what is heard wakes; `vi.advanceTimersByTime` makes them. */
export function withoutLooks(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** A run to begin, and on which terms. */
export const RUN = { id: 'r1', owner: 'owner-a', threadId: 't1', resumable: true }
export const TERMS = { now: 1000, aliveUntil: 16_000, most: 8 }
