// Keeps a message from being answered twice: reads its `Idempotency-Key`, and replays the answer
// when the key was used before.

import { granted, type Result } from '../../core/errors.ts'
import { fixedFrames } from '../http/frames.ts'
import type { ThreadStreamEvent } from '../protocol/event.ts'
import { conflict, invalid, NOT_FOUND, refuse, type WireRefusal } from '../protocol/refusal.ts'
import { bringsMessage, type StreamRequest } from '../protocol/request.ts'
import { wireThread } from '../protocol/thread.ts'
import { INTERRUPTED } from '../runs/error-event.ts'
import { recover } from '../runs/recover.ts'
import { isAlive, type StoredRun } from '../runs/run-store.ts'
import type { Runs } from '../runs/runs.ts'
import type { AttachmentStorage } from '../threads/attachment.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'
import type { StreamAnswer } from './context.ts'
import { presentItem } from './items.ts'

/**
 * A key and a digest of the request that used it. The digest tells only whether another request is
 * the same.
 */
export interface Once {
  readonly key: string
  /** SHA-256 over type and parameters, in base64. */
  readonly digest: string
}

/**
 * Reads the key of a request that brings a message. Other requests need no key: the state of the
 * thread tells whether they were done.
 */
export async function readOnce(
  headers: Headers,
  request: StreamRequest,
): Promise<Result<Once | undefined, WireRefusal>> {
  const { type, params } = request
  const key = headers.get('idempotency-key')
  if (key === null || !bringsMessage(request)) return granted(undefined)
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    return refuse(invalid('Idempotency-Key takes 1 to 255 visible ASCII characters.'))
  const bytes = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(JSON.stringify(sortKeys([type, params]))),
  )
  return granted({ key, digest: btoa(String.fromCharCode(...new Uint8Array(bytes))) })
}

/**
 * Answers a request that was made before with what it led to, and begins no second run. Undefined
 * when it led to nothing.
 */
export async function replayAnswer(
  { type }: StreamRequest,
  run: StoredRun,
  once: Once | undefined,
  threads: OwnedThreads,
  { attachments, runs }: { readonly attachments?: AttachmentStorage; readonly runs: Runs },
): Promise<Result<StreamAnswer, WireRefusal> | undefined> {
  if (run.once?.digest !== once?.digest) return refuse(KEY_REUSED)
  const latest = await runs.latest(threads.owner, run.threadId)
  const { state } = latest?.id === run.id ? latest : run
  if (isAlive({ state })) return refuse(STILL_RUNNING)
  if (state === 'interrupted') await recover(run, threads, runs)
  const thread = await threads.get(run.threadId)
  const message =
    run.itemId === undefined ? undefined : await threads.item(run.threadId, run.itemId)
  if (!thread || !message) return state === 'interrupted' ? undefined : refuse(NOT_FOUND)
  const page = await threads.items(run.threadId, {
    limit: 100,
    order: 'asc',
    hidden: false,
    after: message.id,
  })
  const next = page?.data.findIndex(({ type }) => type === 'user_message') ?? -1
  const answers = page?.data.slice(0, next < 0 ? undefined : next) ?? []
  const created: ThreadStreamEvent[] =
    type === 'threads.create' ? [{ type: 'thread.created', thread: wireThread(thread) }] : []
  const items = [message, ...answers].map(
    (item) => ({ type: 'thread.item.done', item: presentItem(item, attachments) }) as const,
  )
  const end = state === 'interrupted' ? [INTERRUPTED] : []
  return granted({ frames: fixedFrames([...created, ...items, ...end]), endsCaller: false })
}

/** Sorts the keys of all objects in a value, because a client may write them in any order. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { object: entries.map(([key, member]) => [key, sortKeys(member)]) }
}

/** The answer to the first request is still being written. */
export const STILL_RUNNING: WireRefusal = conflict('still_running')

const KEY_REUSED: WireRefusal = {
  status: 422,
  code: 'idempotency_key_reused',
  message: 'This Idempotency-Key was used for another request. Use a new one.',
}
