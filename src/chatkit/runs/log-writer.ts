// Writes the log of one resumable run. The answer advances as fast as the log is written, even when
// no client reads.

import type { Answer } from './answer.ts'
import type { Run } from './run.ts'

/** Events that may wait for the store before the answer has to wait. */
const MAX_WAITING_EVENTS = 256

/**
 * Appends every event of an answer to the log, then releases the run. Events that come while the
 * store is busy are appended together the next time. When the store fails, the run is stopped,
 * because a log must have no gap. A run whose log became too long is stopped too; the event that
 * says so is still appended.
 *
 * @param maxChars Characters of one answer that the log may have.
 */
export async function writeLog(run: Run, answer: Answer, maxChars: number): Promise<void> {
  const waiting: string[] = []
  let next = 1
  let writing: Promise<void> | undefined
  let isBroken = false
  let chars = 0

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const events = waiting.splice(0)
      if (isBroken) continue
      try {
        await run.append(next, events)
        next += events.length
      } catch (error) {
        isBroken = true
        run.report(error)
        void run.stop('closing')
      }
    }
    writing = undefined
  }

  for (let events = await answer.nextEvents(); events; events = await answer.nextEvents()) {
    waiting.push(...events)
    for (const event of events) chars += event.length
    if (chars > maxChars) void run.stop('too_much')
    writing ??= write()
    if (waiting.length >= MAX_WAITING_EVENTS) await writing
  }
  await writing
  await run.release()
}
