// Writes the log of one resumable run. Its answer goes on by itself, as fast as the log is written.

import type { Answer } from './answer.ts'
import type { Run } from './run.ts'

/** Events that may wait for the store before the answer has to wait. */
const MAX_WAITING_EVENTS = 256

/**
 * Keeps every event of an answer, then releases the run. Events that come while the store is busy
 * are kept together the next time. When they cannot be kept, the run is stopped, because a log has
 * no gap. A run whose log became too long is stopped, too; the event that says so is still kept.
 *
 * @param maxChars Characters that are kept of one answer.
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
