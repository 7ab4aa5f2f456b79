// How instances hear of each other's runs: LISTEN and NOTIFY on one connection of its own. A notification is a hint; watchers are woken now and then anyway.

import type { Client } from 'pg'
import { localBell, type RunBell } from '../shared/run-bell.ts'

const CHANNEL = 'onbehalf_run'

/** Milliseconds between two looks at the connection; while there is none, watchers are woken at each. */
const LOOK = 1000
/** Of so many looks, one wakes the watchers without a reason, and asks the server for a sign of life. */
const QUIET_LOOKS = 5

/** Milliseconds between attempts to listen again, doubled each time up to the second. */
const SOONEST = 100
const LATEST = 5000

/** Ids in one statement at most; there may be many runs. */
const MOST_IDS = 500

/** A bell that can be taken down. */
export interface PostgresBell extends RunBell {
  close(): void
}

/**
 * Listens, and goes on trying to when the connection is lost. Resolves when the first attempt is over, whether or not it listens then.
 *
 * @param connect A new connection each time, not yet connected.
 */
export async function postgresBell(connect: () => Client): Promise<PostgresBell> {
  const here = localBell()
  const watched = new Map<string, number>()
  /** What others are to be told. */
  const news = new Set<string>()
  let client: Client | undefined
  let isListening = false
  let isAsking = false
  let closed = false
  let looks = 0
  let looking: ReturnType<typeof setInterval> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let wait = SOONEST

  function wakeAll(): void {
    for (const id of [...watched.keys()]) here.ring(id)
  }

  async function listen(): Promise<void> {
    const made = connect()
    // An error ends the connection; without a listener it would end the process.
    made.on('error', () => lost(made))
    made.on('end', () => lost(made))
    made.on('notification', ({ payload = '', processId }) => {
      if (processId !== ownProcess(made)) here.ring(payload)
    })
    client = made
    try {
      await made.connect()
      // A notification is worth no wait for the disk.
      await made.query('set synchronous_commit = off')
      await made.query(`listen ${CHANNEL}`)
    } catch {
      lost(made)
      return
    }
    if (client !== made) return
    isListening = true
    wait = SOONEST
    // What was said before this connection listened.
    wakeAll()
  }

  function lost(one: Client): void {
    if (client !== one) return
    client = undefined
    isListening = false
    isAsking = false
    // The others look by themselves.
    news.clear()
    one.end().catch(() => {})
    if (closed) return
    again = setTimeout(listen, wait)
    again.unref()
    wait = Math.min(2 * wait, LATEST)
  }

  /** One statement at a time; what is rung meanwhile goes with the next one. */
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
    const ids = [...news].slice(0, MOST_IDS)
    for (const id of ids) news.delete(id)
    await ask(
      'select pg_notify($1, id) from json_array_elements_text(cast($2 as json)) as e (id)',
      [CHANNEL, JSON.stringify(ids)],
    )
  }

  function look(): void {
    looks += 1
    if (isListening && looks % QUIET_LOOKS !== 0) return
    wakeAll()
    // A connection whose other end is gone without a word is found out by the timeout.
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
      looking ??= setInterval(look, LOOK).unref()
      let over = false
      return () => {
        if (over) return
        over = true
        unwatch()
        const left = (watched.get(id) ?? 1) - 1
        if (left > 0) watched.set(id, left)
        else watched.delete(id)
        if (watched.size > 0) return
        clearInterval(looking)
        looking = undefined
      }
    },
    close(): void {
      closed = true
      clearTimeout(again)
      clearInterval(looking)
      const last = client
      client = undefined
      isListening = false
      last?.end().catch(() => {})
    },
  }
}

/** The server's name for a connection, which its own notifications carry. */
function ownProcess(client: Client): number | undefined {
  return 'processID' in client && typeof client.processID === 'number'
    ? client.processID
    : undefined
}
