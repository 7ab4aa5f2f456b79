// An answer to a request, before it is a web response or a node:http one.

import { refusalAnswer, type WireRefusal } from '../protocol/refusal.ts'
import type { FrameSource } from './frames.ts'

/** A stream that is sent, and what to call when its client has it all or is gone. */
export interface StreamReply {
  readonly kind: 'stream'
  readonly frames: FrameSource
  readonly leave: () => void
  /** Whether the run ends the caller, so that nobody else must. */
  readonly endsCaller: boolean
}

/** An answer that is JSON. */
export interface JsonReply {
  readonly kind: 'json'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whether a run has taken the caller, and ends it. Default false. */
  readonly endsCaller?: boolean
}

/** What a request is answered with. `door`: the app's door refused the credential. */
export type Reply = JsonReply | StreamReply | { readonly kind: 'door'; readonly response: Response }

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/** The headers of a stream. nginx buffers a stream unless it is told not to. */
export const STREAM_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
})

/** Replies with a value. */
export function replyWith(value: unknown): JsonReply {
  return { kind: 'json', status: 200, headers: JSON_HEADERS, body: JSON.stringify(value) }
}

/** Replies with a refusal. */
export function replyRefusing(refusal: WireRefusal): JsonReply {
  return { kind: 'json', ...refusalAnswer(refusal) }
}
