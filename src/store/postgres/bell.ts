// How instances hear of each other's runs: LISTEN and NOTIFY on a connection of its own. A
// notification is only a hint: watchers are also woken from time to time without one.

import type { Client } from 'pg'
import { localBell, type RunBell } from '../shared/run-bell.ts'
import { CHANNEL, openListener } from './listener.ts'

/** The time between two checks of the connection. */
const CHECK_INTERVAL_MS = 1000
/** With a connection, only every fifth check wakes the watchers. Without one, each check does. */
const CHECKS_PER_WAKE = 5

/** The most bytes of ids in one notification. PostgreSQL takes fewer than 8,000. */
const MAX_PAYLOAD_BYTES = 7900
const SEPARATOR = '\n'

/** A bell that can be closed. */
export interface PostgresBell extends RunBell {
  close(): void
}

/**
 * Listens, and tries again whenever the connection is lost. Resolves after the first attempt,
 * successful or not.
 *
 * @param connect Makes a new client each time, not yet connected.
 * @param settings What is set on each connection.
 */
export async function postgresBell(connect: () => Client, settings: string): Promise<PostgresBell> {
  /** Ids that the other instances still have to be told. */
  const news = new Set<string>()
  let checks = 0
  const here = checkedBell(check)
  const listener = await openListener(connect, settings, {
    onPayload(payload): void {
      for (const id of payload.split(SEPARATOR)) here.ring(id)
    },
    // Catch up on what happened before this connection listened.
    onListening: here.ringAll,
    // The other instances check by themselves.
    onLost: () => news.clear(),
  })

  async function tell(): Promise<void> {
    while (news.size > 0 && listener.isFree()) {
      await listener.query('select pg_notify($1, $2)', [CHANNEL, takePayload(news)])
    }
  }

  function check(): void {
    checks += 1
    if (listener.isListening() && checks % CHECKS_PER_WAKE !== 0) return
    here.ringAll()
    // If the other end has vanished silently, the timeout of this statement finds out.
    if (listener.isFree()) void listener.query('select 1', []).then(tell)
  }

  return {
    ring(id, what): void {
      here.ring(id, what)
      if (!listener.isListening()) return
      news.add(id)
      // What rings in the same turn is told along with it.
      if (news.size === 1) queueMicrotask(tell)
    },
    watch: here.watch,
    close(): void {
      here.close()
      listener.close()
    },
  }
}

/** A bell without a connection: whoever watches is woken at each look. */
export function lookingBell(): PostgresBell {
  const bell = checkedBell(() => bell.ringAll())
  return bell
}

/** Takes as many ids as one notification may have. */
function takePayload(news: Set<string>): string {
  let payload = ''
  for (const id of news) {
    const longer = payload === '' ? id : `${payload}${SEPARATOR}${id}`
    if (payload !== '' && Buffer.byteLength(longer) > MAX_PAYLOAD_BYTES) break
    payload = longer
    news.delete(id)
  }
  return payload
}

/** A bell of this process that can ring for all who watch. */
interface CheckedBell extends PostgresBell {
  ringAll(): void
}

/** Calls `check` at intervals for as long as somebody watches. */
function checkedBell(check: () => void): CheckedBell {
  const bell = localBell()
  /** How many watch each run. */
  const watched = new Map<string, number>()
  let checking: ReturnType<typeof setInterval> | undefined

  function forget(id: string): void {
    const left = (watched.get(id) ?? 1) - 1
    if (left > 0) watched.set(id, left)
    else watched.delete(id)
    if (watched.size > 0) return
    clearInterval(checking)
    checking = undefined
  }

  return {
    ring: bell.ring,
    ringAll(): void {
      for (const id of [...watched.keys()]) bell.ring(id)
    },
    watch(id, wake): () => void {
      const unwatch = bell.watch(id, wake)
      watched.set(id, (watched.get(id) ?? 0) + 1)
      checking ??= setInterval(check, CHECK_INTERVAL_MS).unref()
      let over = false
      return () => {
        if (over) return
        over = true
        unwatch()
        forget(id)
      }
    },
    close(): void {
      clearInterval(checking)
    },
  }
}
