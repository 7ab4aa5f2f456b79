// How much longer than its deadline a call may take: while its server reports progress, and while the
// server waits for an answer to a request of its own, which a person may have to give.

import { isObject } from '../core/json.ts'
import { putNewest } from '../core/put-newest.ts'
import type { Messages } from './answer/message.ts'
import type { CallPatience } from './answer/rules.ts'

/** The requests of one server that its client has not answered. */
export interface ServerRequests {
  asked(id: unknown): void
  /** Takes note of the answers among the messages that a client sends. */
  sent(messages: Messages | undefined): void
  /** When a request was answered, as of `performance.now()`; undefined while it was not. */
  answeredMs(id: unknown): number | undefined
}

/** Answers that are remembered. */
const MAX_ANSWERED = 256

/** Begins without any. */
export function serverRequests(): ServerRequests {
  const open = new Set<unknown>()
  const answered = new Map<unknown, number>()
  return {
    asked(id) {
      answered.delete(id)
      open.add(id)
    },
    sent(messages) {
      if (open.size === 0) return
      for (const { id, method } of messages?.list ?? []) {
        if (method !== undefined || !open.delete(id)) continue
        putNewest(answered, id, performance.now(), MAX_ANSWERED)
      }
    },
    answeredMs: (id) => (open.has(id) ? undefined : (answered.get(id) ?? 0)),
  }
}

/** What {@link callPatience} needs. */
export interface PatienceOptions {
  /** Milliseconds without an answer or progress. */
  readonly deadlineMs: number
  /** Milliseconds in all. */
  readonly totalMs: number
  readonly requests: ServerRequests
}

/** While nobody has answered, it is looked so often whether somebody has. */
const LOOK_MS = 1_000

/** Begins with one call. */
export function callPatience({ deadlineMs, totalMs, requests }: PatienceOptions): CallPatience {
  const startedMs = performance.now()
  const asked = new Set<unknown>()
  /** When the server last gave a reason to wait longer. */
  let lastMs: number | undefined
  return {
    heard(message) {
      if (!isObject(message) || typeof message.method !== 'string') return
      if ('id' in message) {
        asked.add(message.id)
        requests.asked(message.id)
      } else if (message.method === 'notifications/progress') lastMs = performance.now()
    },
    moreMs() {
      for (const id of asked) {
        const answeredMs = requests.answeredMs(id)
        if (answeredMs === undefined) continue
        asked.delete(id)
        lastMs = Math.max(lastMs ?? 0, answeredMs)
      }
      if (asked.size === 0 && lastMs === undefined) return 0
      const nowMs = performance.now()
      const moreMs = asked.size > 0 ? LOOK_MS : (lastMs ?? 0) + deadlineMs - nowMs
      return Math.max(0, Math.min(moreMs, startedMs + totalMs - nowMs))
    },
  }
}
