// How instances hear of each other's runs: LISTEN and NOTIFY on a connection of its own. A notification
// is only a hint: watchers are also woken from time to time without one.

import type { Client } from 'pg'
import { localBell, type RunBell } from '../shared/run-bell.ts'

const CHANNEL = 'onbehalf_run'

/** The time between two checks of the connection. Without a connection, each check wakes the watchers. */
const CHECK_INTERVAL_MS = 1000
/** Every so many checks, watchers are woken even with a connection, and the connection is tested. */
const CHECKS_PER_WAKE = 5

/** The wait before the next attempt to listen: it doubles from the first value up to the second. */
const MIN_RETRY_MS = 100
const MAX_RETRY_MS = 5000

/** How many ids one statement sends at most. */
const MAX_IDS = 500

/** A bell that can be closed. */
export interface PostgresBell extends RunBell {
  close(): void
}

/**
 * Listens, and tries again whenever the connection is lost. Resolves after the first attempt, successful
 * or not.
 *
 * @param connect Makes a new client each time, not yet connected.
 */
export async function postgresBell(connect: () => Client): Promise<PostgresBell> {
  const here = localBell()
  const watched = new Map<string, number>()
  /** Ids that the other instances still have to be told. */
  const news = new Set<string>()
  let client: Client | undefined
  let isListening = false
  let isAsking = false
  let closed = false
  let checks = 0
  let checking: ReturnType<typeof setInterval> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let wait = MIN_RETRY_MS

  function wakeAll(): void {
    for (const id of [...watched.keys()]) here.ring(id)
  }

  async function listen(): Promise<void> {
    const made = connect()
    // An error event ends the connection. Without a listener it would end the process.
    made.on('error', () => lost(made))
    made.on('end', () => lost(made))
    made.on('notification', ({ payload = '', processId }) => {
      if (processId !== ownProcess(made)) here.ring(payload)
    })
    client = made
    try {
      await made.connect()
      // Do not wait for the disk: a lost notification does no harm.
      await made.query('set synchronous_commit = off')
      await made.query(`listen ${CHANNEL}`)
    } catch {
      lost(made)
      return
    }
    if (client !== made) return
    isListening = true
    wait = MIN_RETRY_MS
    // Catch up on what happened before this connection listened.
    wakeAll()
  }

  function lost(gone: Client): void {
    if (client !== gone) return
    client = undefined
    isListening = false
    isAsking = false
    // The other instances check by themselves.
    news.clear()
    gone.end().catch(() => {})
    if (closed) return
    again = setTimeout(listen, wait)
    again.unref()
    wait = Math.min(2 * wait, MAX_RETRY_MS)
  }

  /** Sends one statement at a time. Ids that come in the meantime go with the next one. */
  async function ask(text: string, values: readonly string[]): Promise<void> {
    const asked = client
    if (!asked || !isListening || isAsking) return
    isAsking = true
    try {
      await asked.query(text, [...values])
    } catch {
      lost(asked)
      return
    }
    if (client !== asked) return
    isAsking = false
    if (news.size > 0) await tell()
  }

  async function tell(): Promise<void> {
    if (!isListening || isAsking) return
    const ids = [...news].slice(0, MAX_IDS)
    for (const id of ids) news.delete(id)
    await ask(
      'select pg_notify($1, id) from json_array_elements_text(cast($2 as json)) as e (id)',
      [CHANNEL, JSON.stringify(ids)],
    )
  }

  function check(): void {
    checks += 1
    if (isListening && checks % CHECKS_PER_WAKE !== 0) return
    wakeAll()
    // If the other end has vanished silently, the timeout of this statement finds out.
    void ask('select 1', [])
  }

  await listen()
  return {
    ring(id): void {
      here.ring(id)
      if (!isListening) return
      news.add(id)
      void tell()
    },
    watch(id, wake): () => void {
      const unwatch = here.watch(id, wake)
      watched.set(id, (watched.get(id) ?? 0) + 1)
      checking ??= setInterval(check, CHECK_INTERVAL_MS).unref()
      let over = false
      return () => {
        if (over) return
        over = true
        unwatch()
        const left = (watched.get(id) ?? 1) - 1
        if (left > 0) watched.set(id, left)
        else watched.delete(id)
        if (watched.size > 0) return
        clearInterval(checking)
        checking = undefined
      }
    },
    close(): void {
      closed = true
      clearTimeout(again)
      clearInterval(checking)
      const last = client
      client = undefined
      isListening = false
      last?.end().catch(() => {})
    },
  }
}

/** The server's number for a connection. Notifications carry the number of their sender. */
function ownProcess(client: Client): number | undefined {
  return 'processID' in client && typeof client.processID === 'number'
    ? client.processID
    : undefined
}
