// The connection that listens to the other instances. When it is lost, a new one is made.

import type { Client } from 'pg'

/** Where the instances tell each other the ids of runs. */
export const CHANNEL = 'onbehalf_run'

/** The wait before the next attempt to listen: it doubles from the first value up to the second. */
const MIN_RETRY_MS = 100
const MAX_RETRY_MS = 5000

/** A connection that listens, or is being made again. */
export interface Listener {
  isListening(): boolean
  /** Whether it listens and no statement of {@link query} is on its way. */
  isFree(): boolean
  /**
   * Sends one statement, if the connection is free. Never throws: a failure loses the connection.
   */
  query(text: string, values: readonly string[]): Promise<void>
  close(): void
}

/** What a listener tells its holder. */
export interface ListenerEvents {
  /** Another instance sent this. */
  readonly onPayload: (payload: string) => void
  readonly onListening: () => void
  readonly onLost: () => void
}

/**
 * Connects and listens. Resolves after the first attempt, successful or not.
 *
 * @param connect Makes a new client each time, not yet connected.
 * @param settings What is set on each connection.
 */
export async function openListener(
  connect: () => Client,
  settings: string,
  { onPayload, onListening, onLost }: ListenerEvents,
): Promise<Listener> {
  let client: Client | undefined
  let isListening = false
  let isAsking = false
  let closed = false
  let again: ReturnType<typeof setTimeout> | undefined
  let waitMs = MIN_RETRY_MS

  async function listen(): Promise<void> {
    const made = connect()
    // An error event ends the connection. Without a listener it would end the process.
    made.on('error', () => lose(made))
    made.on('end', () => lose(made))
    made.on('notification', ({ payload = '', processId }) => {
      if (processId !== ownProcess(made)) onPayload(payload)
    })
    client = made
    try {
      await subscribe(made, settings)
    } catch {
      lose(made)
      return
    }
    if (client !== made) return
    isListening = true
    waitMs = MIN_RETRY_MS
    onListening()
  }

  function lose(gone: Client): void {
    if (client !== gone) return
    client = undefined
    isListening = false
    isAsking = false
    onLost()
    gone.end().catch(() => {})
    if (closed) return
    again = setTimeout(listen, waitMs)
    again.unref()
    waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)
  }

  await listen()
  return {
    isListening: () => isListening,
    isFree: () => isListening && !isAsking,
    async query(text, values): Promise<void> {
      const asked = client
      if (!asked || !isListening || isAsking) return
      isAsking = true
      try {
        await asked.query(text, [...values])
        if (client === asked) isAsking = false
      } catch {
        lose(asked)
      }
    },
    close(): void {
      closed = true
      clearTimeout(again)
      const last = client
      client = undefined
      isListening = false
      last?.end().catch(() => {})
    },
  }
}

async function subscribe(client: Client, settings: string): Promise<void> {
  await client.connect()
  // Do not wait for the disk: a lost notification does no harm.
  await client.query(`${settings}; set synchronous_commit = off`)
  await client.query(`listen ${CHANNEL}`)
}

/** The server's number for a connection. Notifications carry the number of their sender. */
function ownProcess(client: Client): number | undefined {
  return 'processID' in client && typeof client.processID === 'number'
    ? client.processID
    : undefined
}
