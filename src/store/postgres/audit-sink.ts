// The audit in PostgreSQL: a row for each event, before its hop is made. What cannot be written makes the
// hop fail.

import type { AuditEvent, AuditSink } from '../../core/audit.ts'
import { checkPostgres } from '../checks.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import { step } from '../statements/sql.ts'
import type { PostgresDatabase } from './database.ts'

/** Events that go in one statement. */
const MAX_BATCH = 500
/** Events that wait. With more, the next one is refused: the database is too slow for what is asked. */
const MAX_WAITING = 10_000

/**
 * Makes an audit sink over an open database: the table `audit_event`, with `seq`, `time` in milliseconds
 * and `event`, the text of a JSON object. `record` resolves when the database has the row, and rejects
 * when it has not: then the hop fails. Events of the same moment go together, in their order.
 *
 * @throws TypeError for anything but an open PostgreSQL database.
 *
 * @example
 * ```ts
 * const database = await openPostgres({ host: 'db.example', database: 'app' })
 * const onbehalf = createOnBehalf({ ...options, audit: postgresAuditSink(database) })
 * ```
 */
export function postgresAuditSink(database: PostgresDatabase): AuditSink {
  checkPostgres('postgresAuditSink', database)
  let waiting: Waiting[] = []
  let isWriting = false

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH)
      waiting = waiting.slice(MAX_BATCH)
      const events = JSON.stringify(batch.map(({ event }) => [event.time, JSON.stringify(event)]))
      try {
        await database.commit([step(POSTGRES.audit.add, { events })])
        for (const { resolve } of batch) resolve()
      } catch {
        for (const { reject } of batch) reject(notWritten())
      }
    }
    isWriting = false
  }

  return {
    record(event) {
      if (waiting.length >= MAX_WAITING) return Promise.reject(notWritten())
      return new Promise((resolve, reject) => {
        waiting.push({ event, resolve, reject })
        if (isWriting) return
        isWriting = true
        // What else comes in this moment goes along.
        setImmediate(() => void writeAll())
      })
    },
  }
}

/** An event that waits for the database. */
interface Waiting {
  readonly event: AuditEvent
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Its text says nothing of the database: it may reach an app's own log. */
function notWritten(): Error {
  return new Error('the audit could not be written')
}
