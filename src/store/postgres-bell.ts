// How instances hear of each other's runs: LISTEN on one connection of its own. A notification is a hint; watchers are woken now and then anyway.

import type { Client } from 'pg'
import { localBell, type RunBell } from './sql-run-store.ts'

const CHANNEL = 'onbehalf_run'

/** Milliseconds after which watchers are woken without a reason. */
const POLL = 2000

/** Milliseconds between attempts to listen again, doubled each time up to the second. */
const SOONEST = 100
const LATEST = 5000

/** A bell that can be taken down. */
export interface PostgresBell extends RunBell {
  close(): Promise<void>
}

/**
 * Listens, and goes on trying to when the connection is lost.
 *
 * @param connect A new connection each time, not yet connected.
 * @param notify Sends a notification by whichever connection.
 */
export function postgresBell(
  connect: () => Promise<Client>,
  notify: (channel: string, payload: string) => Promise<void>,
): PostgresBell {
  const here = localBell()
  const watched = new Map<string, number>()
  let client: Client | undefined
  let closed = false
  let poll: ReturnType<typeof setInterval> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let wait = SOONEST

  function wakeAll(): void {
    for (const id of watched.keys()) void here.ring(id)
  }

  async function listen(): Promise<void> {
    const made = await connect()
    // An error ends the connection; without a listener it would end the process.
    made.on('error', () => lost(made))
    made.on('end', () => lost(made))
    made.on('notification', ({ payload }) => void here.ring(payload ?? ''))
    client = made
    try {
      await made.connect()
      await made.query(`listen ${CHANNEL}`)
      wait = SOONEST
      // What was said before this connection listened.
      wakeAll()
    } catch {
      lost(made)
    }
  }

  function lost(one: Client): void {
    if (client !== one) return
    client = undefined
    void one.end().catch(() => {})
    if (closed) return
    clearTimeout(again)
    again = setTimeout(() => void listen().catch(() => {}), wait)
    again.unref()
    wait = Math.min(2 * wait, LATEST)
  }

  const listening = listen()

  return {
    async ring(id): Promise<void> {
      void here.ring(id)
      // What could not be said is found by the next look.
      await notify(CHANNEL, id).catch(() => {})
    },
    watch(id, wake): () => void {
      const unwatch = here.watch(id, wake)
      watched.set(id, (watched.get(id) ?? 0) + 1)
      poll ??= setInterval(wakeAll, POLL)
      let over = false
      return () => {
        if (over) return
        over = true
        unwatch()
        const left = (watched.get(id) ?? 1) - 1
        if (left > 0) watched.set(id, left)
        else watched.delete(id)
        if (watched.size > 0) return
        clearInterval(poll)
        poll = undefined
      }
    },
    async close(): Promise<void> {
      closed = true
      clearTimeout(again)
      clearInterval(poll)
      await listening.catch(() => {})
      const last = client
      client = undefined
      await last?.end().catch(() => {})
    },
  }
}
