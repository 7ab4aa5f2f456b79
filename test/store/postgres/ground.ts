// What the tests over PostgreSQL share: databases opened for one test, and ways to wait.

import pg from 'pg'
import { onTestFinished, vi } from 'vitest'
import type { RunStore } from '../../../src/chatkit/index.ts'
import {
  openPostgres,
  type PostgresDatabase,
  type PostgresOptions,
} from '../../../src/store/postgres/index.ts'
import type { PostgresServer } from './server.ts'

/** Opens a database of a server. It is closed when the test is over. */
export async function opened(
  server: Pick<PostgresServer, 'host' | 'port' | 'user'>,
  database: string,
  more: PostgresOptions = {},
): Promise<PostgresDatabase> {
  const { host, port, user } = server
  const made = await openPostgres({ host, port, user, database, ...more })
  onTestFinished(() => made.close())
  return made
}

/** A plain connection, to do what another program might do. It is closed when the test is over. */
export async function session(
  server: Pick<PostgresServer, 'host' | 'port' | 'user'>,
  database: string,
): Promise<pg.Client> {
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

/** Watches a run. Returns a function that waits for the next wake. */
export function listenTo(store: RunStore, id: string): () => Promise<void> {
  let heard = () => {}
  onTestFinished(store.watch(id, () => heard()))
  return () =>
    new Promise((resolve) => {
      heard = resolve
    })
}

/**
 * Stops the regular checks of the bell for this test, so that only notifications wake watchers.
 * `vi.advanceTimersByTime` makes the checks happen.
 */
export function withoutLooks(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** A run, and the terms to begin it on. */
export const RUN = { id: 'r1', owner: 'owner-a', threadId: 't1', resumable: true }
export const TERMS = { now: 1000, aliveUntil: 16_000, most: 8 }
