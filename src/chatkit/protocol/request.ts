// The parsed requests of the protocol, and those that this server adds.

import type { JsonValue } from '../../core/json.ts'
import type { InferenceOptions, UserContent } from './item.ts'

/** What a person wrote, as the client sends it. */
export interface UserMessageInput {
  readonly content: readonly UserContent[]
  /** Ids of attachments. */
  readonly attachments: readonly string[]
  readonly quoted_text?: string
  readonly inference_options: InferenceOptions
  /** Whatever the page sends with the message. It is not stored. */
  readonly metadata?: RequestMetadata
}

/** Which part of a list. `limit` is within its bounds already. */
export interface ListParams {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly after?: string
}

/**
 * An action, as the client sends it. A client can send any type and payload, whatever widgets it
 * got, so authorize each action.
 */
export interface Action {
  readonly type: string
  readonly payload?: JsonValue
}

/** The answers to a form, as the client sends them. */
export interface StructuredInputAnswers {
  readonly status: 'answered' | 'skipped'
  /** The answers by the id of their question. */
  readonly answers: Readonly<
    Record<string, { readonly values: readonly string[]; readonly skipped: boolean }>
  >
}

/** The `metadata` of a request: whatever the client chose to send. */
export type RequestMetadata = Readonly<Record<string, unknown>>

interface OfThread {
  readonly thread_id: string
}

interface OfItem extends OfThread {
  readonly item_id: string
}

interface OfAction extends OfThread {
  readonly item_id?: string
  readonly action: Action
}

/** The parameters of the requests that are answered with a stream. */
export interface StreamParams {
  'threads.create': { readonly input: UserMessageInput }
  'threads.add_user_message': OfThread & { readonly input: UserMessageInput }
  'threads.add_client_tool_output': OfThread & { readonly result: JsonValue }
  'threads.add_structured_input': OfThread & {
    readonly item_id: string
    readonly input: StructuredInputAnswers
  }
  'threads.retry_after_item': OfItem & {
    /** Ours: what came after the item is kept as another answer. In the protocol it is removed. */
    readonly onbehalf_keep?: boolean
  }
  'threads.custom_action': OfAction
  /** Ours: another version of a message, with an answer of its own. */
  'onbehalf.branches.edit': OfItem & { readonly input: UserMessageInput }
  /** Ours: takes another version of a message, or another answer to it, back into the thread. */
  'onbehalf.branches.choose': OfItem & {
    readonly of: 'message' | 'answer'
    readonly number: number
  }
}

/** The parameters of the requests that are answered with JSON. Those of `onbehalf` are ours. */
export interface JsonParams {
  'threads.sync_custom_action': OfAction
  'threads.get_by_id': OfThread
  'threads.list': ListParams
  'threads.update': OfThread & { readonly title: string }
  'threads.delete': OfThread
  'items.list': OfThread & ListParams
  'items.feedback': OfThread & {
    readonly item_ids: readonly string[]
    readonly kind: 'positive' | 'negative'
  }
  'attachments.create': { readonly name: string; readonly size: number; readonly mime_type: string }
  'attachments.delete': { readonly attachment_id: string }
  'input.transcribe': { readonly audio_base64: string; readonly mime_type: string }
  'onbehalf.runs.stop': OfThread
  'onbehalf.runs.renew': OfThread
  'onbehalf.threads.search': { readonly query: string; readonly limit: number }
}

/**
 * Joins a run again. The protocol has no such request; this server adds it. `after` is the id of
 * the last event that the client has seen.
 */
export interface ResumeParams extends OfThread {
  readonly after?: string
}

type RequestOf<M> = {
  readonly [T in keyof M]: {
    readonly type: T
    readonly params: M[T]
    readonly metadata?: RequestMetadata | undefined
  }
}[keyof M]

/** A request that begins a run. */
export type StreamRequest = RequestOf<StreamParams>

/** The requests with a message of the person, which is stored before its answer begins. */
type MessageRequest = Extract<
  StreamRequest,
  { type: 'threads.create' | 'threads.add_user_message' | 'onbehalf.branches.edit' }
>

/** Whether a request brings a message. */
export function bringsMessage(request: StreamRequest): request is MessageRequest {
  const { type } = request
  return (
    type === 'threads.create' ||
    type === 'threads.add_user_message' ||
    type === 'onbehalf.branches.edit'
  )
}

/** A request that is answered with JSON. */
export type JsonRequest = RequestOf<JsonParams>

/** A request that joins a run. */
export type ResumeRequest = RequestOf<{ 'onbehalf.runs.resume': ResumeParams }>

/** Any request. */
export type ChatkitRequest = StreamRequest | JsonRequest | ResumeRequest
