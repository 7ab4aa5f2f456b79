// What an app gives the ChatKit server: how to admit a request, where threads are kept, and how to answer.

import type { Principal } from '../core/principal.ts'
import type { RateLimit } from './http/rate-limit.ts'
import type { AnswerEvent } from './protocol/event.ts'
import type { IdKind } from './protocol/id.ts'
import type { Item, ItemBase, UserMessageItem, WidgetItem } from './protocol/item.ts'
import type { ChatkitLimits } from './protocol/limits.ts'
import type { Action, RequestMetadata } from './protocol/request.ts'
import type { ThreadChange, ThreadState } from './protocol/thread.ts'
import type { RunStore } from './runs/run-store.ts'
import type { AttachmentStorage } from './threads/attachment.ts'
import type { ThreadStore } from './threads/thread-store.ts'

/** An admitted caller, as far as the server needs to know it. */
export interface ChatCaller {
  readonly principal: Principal
  /** Forgets the credential. Called once, when the answer is complete, stopped or failed. */
  end(): Promise<void>
}

/** What an answer has to work with. No credential is in it; `caller` makes calls in the person's name. */
export interface AnswerContext<C extends ChatCaller> {
  readonly caller: C
  /**
   * The request's free `metadata`; empty when it has none. Untrusted and unparsed: any client can put anything in. It may choose among what the
   * operator set up, and never says who somebody is or what they may do.
   */
  readonly metadata: RequestMetadata
  /** Aborts when the person stops the answer, leaves, deletes the thread, or the deadline is over. */
  readonly signal: AbortSignal
  /** The newest items of the thread, oldest first, hidden ones and the person's new message included. Default 100. */
  history(limit?: number): Promise<readonly Item[]>
  /** Id, thread and time for a new item. Model ids are no item ids: with some providers they are all the same. */
  newItem(kind: IdKind): ItemBase
  /**
   * Changes the thread. It is stored, and the client told, after the event that comes next.
   *
   * @throws TypeError when the title is longer than `limits.titleLength`.
   */
  updateThread(change: ThreadChange): void
}

/**
 * Answers one message, or goes on after the output of a client tool or the answers to a structured input: then there is no message. To tell the
 * person what went wrong, throw {@link ChatkitStreamError} or AuthError; of anything else thrown the client learns only that something went wrong.
 */
export type Respond<C extends ChatCaller> = (
  thread: ThreadState,
  userMessage: UserMessageItem | undefined,
  context: AnswerContext<C>,
) => AsyncIterable<AnswerEvent>

/**
 * Answers an action of a widget, or of the page. `sender` is the widget that the client names, as it is stored. Type and payload are the client's
 * word: authorize each action.
 */
export type Act<C extends ChatCaller> = (
  thread: ThreadState,
  action: Action,
  sender: WidgetItem | undefined,
  context: AnswerContext<C>,
) => AsyncIterable<AnswerEvent>

/** Where something unexpected happened. Names and ids only. */
export interface ErrorPlace {
  /** The request's type, where it is known. */
  readonly type?: string
  readonly principal?: Principal
  readonly threadId?: string
}

/** Options of {@link chatkitServer}. */
export interface ChatkitServerOptions<C extends ChatCaller> {
  /** Admits a request by its credential, or gives the answer to send: `createOnBehalf(...).admit`. */
  readonly admit: (
    request: Request,
  ) => Promise<
    { readonly ok: true; readonly value: C } | { readonly ok: false; readonly response: Response }
  >
  readonly store: ThreadStore
  readonly respond: Respond<C>
  /** Answers `threads.custom_action`. Default: such requests are refused. */
  readonly action?: Act<C>
  /** Answers `threads.sync_custom_action`, with the item as it is now, if it changed: it is stored. Default: such requests are refused. */
  readonly syncAction?: (
    thread: ThreadState,
    action: Action,
    sender: WidgetItem | undefined,
    context: Omit<AnswerContext<C>, 'updateThread'>,
  ) => Promise<Item | undefined>
  /** Hears what the person thinks of items. Default: it is answered, and nothing is done. */
  readonly feedback?: (feedback: {
    readonly thread: ThreadState
    readonly itemIds: readonly string[]
    readonly kind: 'positive' | 'negative'
    readonly caller: C
  }) => Promise<void>
  /** Writes down what was said. `mediaType` is `mimeType` without its parameters. Default: such requests are refused. */
  readonly transcribe?: (recording: {
    readonly audio: Uint8Array<ArrayBuffer>
    readonly mimeType: string
    readonly mediaType: string
    readonly caller: C
    readonly signal: AbortSignal
  }) => Promise<string>
  /** Where the bytes of attachments are. Default: there are no attachments. */
  readonly attachments?: AttachmentStorage
  /** Where runs are kept. Default: in this process, which then is the only one that may serve the store. */
  readonly runs?: RunStore
  /** Requests that one person may make in a time. Default: `memoryRateLimit()`; `'none'` for no limit. */
  readonly rateLimit?: RateLimit | 'none'
  readonly limits?: Partial<ChatkitLimits>
  /** Whether clients are told that an answer can be stopped. Default true. */
  readonly allowCancel?: boolean
  /** Milliseconds that one answer may take. Default 300,000. */
  readonly deadline?: number
  /** Milliseconds after which a run that is not heard of is taken for dead, by the clocks of all instances. Default 15,000. */
  readonly lease?: number
  /** Milliseconds of silence after which a comment line is sent, for proxies that cut quiet streams. Default: none; strict parsers refuse comments. */
  readonly heartbeat?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** A new id for a prefix; at least 96 random bits. Default 128 bits in hex. */
  readonly newId?: (prefix: string) => string
  /** Where unexpected errors go: the log. What it is given may hold foreign text; the client sees none of it. Default: nowhere. */
  readonly onError?: (error: unknown, place: ErrorPlace) => void
}
