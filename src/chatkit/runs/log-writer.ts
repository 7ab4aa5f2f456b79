// Keeps the log of one resumable run: its answer goes on by itself, as fast as the log is written.

import type { Answer } from './answer-parts.ts'

/** Events that wait to be kept before the answer is waited with. */
const MOST_WAITING = 256

/**
 * Keeps all that an answer says; what comes while the store is busy is kept together next time. When it cannot be kept, the answer is stopped: a
 * log has no gap. It is stopped, too, when it has become longer than is kept; what tells of that is still kept.
 *
 * @param append Keeps events, the first of which has this number.
 * @param most Characters that are kept of one answer.
 */
export async function writeLog(
  answer: Answer,
  append: (first: number, events: readonly string[]) => Promise<unknown>,
  most: number,
  onError: (error: unknown) => void,
): Promise<void> {
  const waiting: string[] = []
  let next = 1
  let writing: Promise<void> | undefined
  let broken = false
  let length = 0

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const events = waiting.splice(0)
      if (broken) continue
      try {
        await append(next, events)
        next += events.length
      } catch (error) {
        broken = true
        onError(error)
        void answer.stop('closing')
      }
    }
    writing = undefined
  }

  for (let events = await answer.next(); events; events = await answer.next()) {
    waiting.push(...events)
    for (const event of events) length += event.length
    if (length > most) void answer.stop('too_much')
    writing ??= write()
    if (waiting.length >= MOST_WAITING) await writing
  }
  await writing
}
