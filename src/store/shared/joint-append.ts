// Appends to the logs of all runs together: one change of the database for the events that came
// within a few milliseconds, whosever they are. A part that cannot be appended fails alone.

import { setTimeout as pause } from 'node:timers/promises'
import { isAlive, type RunState, type RunStore } from '../../chatkit/runs/run-store.ts'
import type { LastRow } from '../statements/run-rows.ts'
import type { RunStatements } from '../statements/run-statements.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'
import type { EventLog } from './event-log.ts'
import type { RunBell } from './run-bell.ts'

/** The least time between the beginnings of two batches. */
const INTERVAL_MS = 15
/** The most events and characters of a batch. Only a single call may have more. */
const MAX_EVENTS = 2000
const MAX_CHARS = 1024 * 1024
/** How often a batch is tried whose runs change meanwhile. */
const MAX_TRIES = 5

/** One call of `append` that waits. */
interface Part {
  readonly id: string
  readonly first: number
  readonly events: readonly string[]
  readonly aliveUntil: number | undefined
  readonly resolve: (state: RunState) => void
  readonly reject: (error: unknown) => void
}

/** What a joint append needs. */
export interface AppendParts {
  readonly database: SqlDatabase
  readonly touch: RunStatements['touch']
  readonly log: EventLog
  readonly bell: RunBell
}

/** Makes the method `append` of a run store. */
export function jointAppend(parts: AppendParts): RunStore['append'] {
  const waiting: Part[] = []
  let isWriting = false
  let begunMs = Number.NEGATIVE_INFINITY

  /** One batch at a time, so that a slow database makes the batches larger, not more. */
  async function write(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      await pause(Math.max(0, begunMs + INTERVAL_MS - performance.now()))
      begunMs = performance.now()
      const batch = takeBatch(waiting)
      await writeBatch(batch, parts).catch((error) => {
        for (const { reject } of batch) reject(error)
      })
    }
    isWriting = false
  }

  return (id, first, events, aliveUntil) =>
    new Promise((resolve, reject) => {
      waiting.push({ id, first, events, aliveUntil, resolve, reject })
      if (!isWriting) void write()
    })
}

/**
 * Takes the next batch out of those that wait: calls with events, each of another run, or calls
 * without.
 */
function takeBatch(waiting: Part[]): readonly Part[] {
  const batch: Part[] = []
  const left: Part[] = []
  const ids = new Set<string>()
  let events = 0
  let chars = 0
  const [
    {
      events: { length: most },
    } = { events: [] },
  ] = waiting
  for (const part of waiting) {
    const isFull = events > 0 && (events + part.events.length > MAX_EVENTS || chars > MAX_CHARS)
    if (isFull || ids.has(part.id) || part.events.length > 0 !== most > 0) {
      left.push(part)
      ids.add(part.id)
      continue
    }
    batch.push(part)
    if (most > 0) ids.add(part.id)
    events += part.events.length
    for (const event of part.events) chars += event.length
  }
  waiting.splice(0, waiting.length, ...left)
  return batch
}

async function writeBatch(batch: readonly Part[], parts: AppendParts): Promise<void> {
  const { database, touch, log, bell } = parts
  const times = batch.flatMap(({ id, aliveUntil }) =>
    aliveUntil === undefined ? [] : [[id, aliveUntil]],
  )
  if (times.length > 0) await database.commit([step(touch, { times: JSON.stringify(times) })])
  // Nearly every run is in the state `running`. Assume this, and ask only if it fails.
  let left = batch.map((part) => ({ part, state: 'running' as RunState }))
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (await addEvents(left, parts)) {
      for (const { part, state } of left) {
        if (part.events.length > 0) bell.ring(part.id, 'events')
        part.resolve(state)
      }
      return
    }
    const rows = await log.stand(left.map(({ part }) => part.id))
    const found = new Map(rows.map((row) => [row.id, row]))
    left = left.flatMap(({ part }) => judge(part, found.get(part.id)))
    if (left.length === 0) return
  }
  for (const { part } of left) part.reject(new Error('The runs of the batch changed all the time'))
}

/** @returns False when some run is not as it was taken to be. Then nothing is added. */
async function addEvents(
  wanted: readonly { readonly part: Part; readonly state: RunState }[],
  { log }: AppendParts,
): Promise<boolean> {
  if (wanted.every(({ part }) => part.events.length === 0)) return false
  return log.add(
    wanted.map(({ part: { id, first, events }, state }) => ({ id, state, first, events })),
  )
}

/** Settles a part whose run is over, or that has a gap. Gives back one that is still to be added. */
function judge(
  part: Part,
  row: LastRow | undefined,
): readonly { readonly part: Part; readonly state: RunState }[] {
  const isOver = !row || !isAlive(row)
  if (isOver || part.events.length === 0) part.resolve(row?.state ?? 'done')
  else if (row.last === part.first - 1) return [{ part, state: row.state }]
  else part.reject(new TypeError('The events of a run must be numbered without a gap'))
  return []
}
