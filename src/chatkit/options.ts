// What an app gives the ChatKit server: how to admit a request, where threads are kept, and how to answer.

import type { Principal } from '../core/principal.ts'
import type { AnswerEvent } from './event.ts'
import type { IdKind } from './id.ts'
import type { Item, ItemBase, UserMessageItem } from './item.ts'
import type { RequestMetadata } from './request.ts'
import type { ThreadChange, ThreadState } from './thread.ts'
import type { ThreadStore } from './thread-store.ts'

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
 * Answers one message. To tell the person what went wrong, throw {@link ChatkitStreamError} or AuthError; of anything else thrown the client
 * learns only that something went wrong.
 */
export type Respond<C extends ChatCaller> = (
  thread: ThreadState,
  userMessage: UserMessageItem,
  context: AnswerContext<C>,
) => AsyncIterable<AnswerEvent>

/** Bounds of what a client may send. */
export interface ChatkitLimits {
  /** Bytes of a request's body. Default 1 MiB. */
  readonly bodyBytes: number
  /** Characters of one message, all its parts together. Default 100,000. */
  readonly textLength: number
  /** Characters of a thread's title. Default 200. */
  readonly titleLength: number
}

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
  ) => Promise<{ readonly ok: true; readonly value: C } | { readonly ok: false; readonly response: Response }>
  readonly store: ThreadStore
  readonly respond: Respond<C>
  readonly limits?: Partial<ChatkitLimits>
  /** Milliseconds that one answer may take. Default 300,000. */
  readonly deadline?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** A new id for a prefix; at least 96 random bits. Default 128 bits in hex. */
  readonly newId?: (prefix: string) => string
  /** Where unexpected errors go: the log. What it is given may hold foreign text; the client sees none of it. Default: nowhere. */
  readonly onError?: (error: unknown, place: ErrorPlace) => void
}
