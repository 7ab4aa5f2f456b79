// The options of the ChatKit server: how the app admits requests, stores threads and answers.

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
  /**
   * Says where a fresh sign-in comes from when this one runs out. Called before the answer begins,
   * where the page can bring one; the caller that `ask` gives is of the same person. Default: the
   * answer ends with its sign-in.
   */
  renewWith?(ask: (signal: AbortSignal) => Promise<this | undefined>): void
}

/**
 * What the app gets to write an answer. It holds no credential: calls in the person's name go
 * through `caller`.
 */
export interface AnswerContext<C extends ChatCaller> {
  readonly caller: C
  /**
   * The `metadata` of the request; empty when it has none. Do not trust it: a client can send
   * anything here. Use it to choose among things that the operator set up, never to decide who
   * somebody is or what they may do.
   */
  readonly metadata: RequestMetadata
  /**
   * The `metadata` of the message itself (`params.input.metadata`), where some pages put what the person
   * looks at; empty when it has none. Do not trust it either.
   */
  readonly inputMetadata: RequestMetadata
  /** The headers of the request that `contextHeaders` names, by their lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Aborts when the person stops the answer, leaves or deletes the thread, and at the deadline. */
  readonly signal: AbortSignal
  /**
   * Gives the newest `limit` items of the thread (default 100), oldest first. Hidden items and the
   * person's new message are among them.
   */
  history(limit?: number): Promise<readonly Item[]>
  /**
   * Makes id, thread and time for a new item. Do not use the ids of a model: some providers give
   * every message the same one.
   */
  newItem(kind: IdKind): ItemBase
  /**
   * Changes the thread. The change is stored and sent to the client after the next event.
   *
   * @throws TypeError when the title is longer than `limits.titleLength`.
   */
  updateThread(change: ThreadChange): void
  /**
   * Gives the thread this title, unless somebody has given it another one since the answer began. It
   * is stored and sent like a change of `updateThread`. Longer than `limits.titleLength` it is cut.
   */
  proposeTitle(title: string): void
}

/**
 * Answers one message. Without a message, it continues after the output of a client tool or the
 * answers to a form. To tell the person what went wrong, throw {@link ChatkitStreamError} or
 * AuthError. For any other error, the client learns only that something went wrong.
 */
export type Respond<C extends ChatCaller> = (
  thread: ThreadState,
  userMessage: UserMessageItem | undefined,
  context: AnswerContext<C>,
) => AsyncIterable<AnswerEvent>

/**
 * Answers an action of a widget, or of the page. `sender` is the stored widget that the client
 * named. The client chooses type and payload freely, so authorize each action.
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
  /**
   * Admits a request by its credential, or gives the answer to send. Use
   * `createOnBehalf(...).admit`.
   */
  readonly admit: (
    request: Request,
  ) => Promise<
    { readonly ok: true; readonly value: C } | { readonly ok: false; readonly response: Response }
  >
  readonly store: ThreadStore
  readonly respond: Respond<C>
  /**
   * The title of a new thread, from its first message. It is stored with the thread. Default: none.
   */
  readonly titleOf?: (firstMessage: UserMessageItem) => string | undefined
  /**
   * Names of request headers that the app's functions get (`context.headers`), such as `X-Page-URL`. A
   * client sends what it likes in them. Default: none.
   */
  readonly contextHeaders?: readonly string[]
  /** Answers `threads.custom_action`. Default: such requests are refused. */
  readonly action?: Act<C>
  /**
   * Answers `threads.sync_custom_action`. It gives the changed item, which the server stores, or
   * undefined when nothing changed. Default: such requests are refused.
   */
  readonly syncAction?: (
    thread: ThreadState,
    action: Action,
    sender: WidgetItem | undefined,
    context: Omit<AnswerContext<C>, 'updateThread' | 'proposeTitle'>,
  ) => Promise<Item | undefined>
  /** Gets the person's feedback on items. Default: the request is answered, and nothing is done. */
  readonly feedback?: (feedback: {
    readonly thread: ThreadState
    readonly itemIds: readonly string[]
    readonly kind: 'positive' | 'negative'
    readonly caller: C
  }) => Promise<void>
  /**
   * Turns a recording into text. `mediaType` is `mimeType` without its parameters. Default: such
   * requests are refused.
   */
  readonly transcribe?: (recording: {
    readonly audio: Uint8Array<ArrayBuffer>
    readonly mimeType: string
    readonly mediaType: string
    readonly caller: C
    readonly signal: AbortSignal
  }) => Promise<string>
  /** Stores the bytes of attachments. Default: there are no attachments. */
  readonly attachments?: AttachmentStorage
  /**
   * Stores runs. Default: this process's memory; then no other process may serve the same thread
   * store.
   */
  readonly runs?: RunStore
  /**
   * Bounds how many requests one person makes in a time. Default: `memoryRateLimit()`. Use `'none'`
   * for no limit.
   */
  readonly rateLimit?: RateLimit | 'none'
  readonly limits?: Partial<ChatkitLimits>
  /** Whether clients are told that an answer can be stopped. Default true. */
  readonly allowCancel?: boolean
  /**
   * Milliseconds that one answer may take. A client that does not read may hold its stream for as
   * long. Default 300,000.
   */
  readonly deadline?: number
  /**
   * Milliseconds after which a run that gives no sign of life counts as dead. Each instance
   * compares with its own clock, so the clocks must agree. Until then a
   * new message in the thread of a dead run is refused. Default 5,000.
   */
  readonly lease?: number
  /**
   * Milliseconds of silence after which the server sends a comment line, because proxies cut quiet
   * streams. Default 15,000. Use `'none'` for a client whose parser refuses comments.
   */
  readonly heartbeat?: number | 'none'
  /**
   * Milliseconds that an answer waits for the page to bring a fresh sign-in, when the one that it
   * works with has run out. Then it ends with "Sign in again". Keep it shorter than the `deadline` of
   * `createOnBehalf`, because a call waits meanwhile. Default 30,000.
   */
  readonly signInWait?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** A new id for a prefix; at least 96 random bits. Default 128 bits in hex. */
  readonly newId?: (prefix: string) => string
  /**
   * Gets unexpected errors, for the log. Their messages may hold text from outside. The client sees
   * none of it. Default: nobody gets them.
   */
  readonly onError?: (error: unknown, place: ErrorPlace) => void
}
