// The types between the conversation's logic and the element that shows it.

import type {
  Attachment,
  ClientToolCallItem,
  InferenceOptions,
  UserContent,
} from '../../src/chatkit/protocol/item.ts'
import type { JsonObject, JsonValue } from '../../src/chatkit/protocol/json.ts'
import type { StructuredInputAnswers } from '../../src/chatkit/protocol/request.ts'
import type { Clock } from '../client/clock.ts'
import type { Waker } from '../client/follow.ts'
import type { ChatEvent, ThreadHead } from '../client/parse.ts'
import type { Wire } from '../client/wire.ts'
import type { Translate } from '../settings/named-text.ts'
import type { Conversation } from '../state/conversation.ts'
import type { Kept, OwnMessage } from './kept.ts'

/** All that is on show, and what goes on. */
export interface ChatState {
  readonly conversation: Conversation
  /**
   * `loading`: a thread is being read. `running`: an answer is being written. `stopping`: it was
   * asked to end.
   */
  readonly phase: 'idle' | 'loading' | 'running' | 'stopping'
  /** The connection to a running answer is gone, and is tried again. */
  readonly lost: boolean
  readonly loadingOlder: boolean
}

/** A message of the person. */
export interface Draft {
  readonly text: string
  /** The text in parts, where tags are in it. */
  readonly content?: readonly UserContent[]
  readonly attachments: readonly Attachment[]
  readonly quotedText?: string
  readonly inferenceOptions: InferenceOptions
}

/** One stream, as a host page is told of it. */
export interface RunNotice {
  readonly type: string
  readonly threadId: string | undefined
  /** The W3C trace id of its request; undefined where extra headers are not sent. */
  readonly trace: string | undefined
}

/** How a stream ended. */
export type RunOutcome = 'answered' | 'stopped' | 'failed'

/** What the chat tells. */
export interface ChatListener {
  changed(state: ChatState): void
  /**
   * The thread on show is another one, or has another title. `isOther`: the person looks at
   * something else now, and not at a new conversation that has got its id.
   */
  threadChanged(thread: ThreadHead | undefined, isOther: boolean): void
  /** Lets the host page sign the person in again. Rejects when that fails. */
  signIn(): Promise<void>
  event(event: ChatEvent): void
  started(run: RunNotice): void
  ended(run: RunNotice, outcome: RunOutcome): void
  /** The person is shown an error; `code` is the server's, or `unreachable`. */
  failed(message: string, code: string | undefined, status: number | undefined): void
}

/** Runs a tool in the page. */
export type ClientTool = (
  call: { readonly name: string; readonly params: ClientToolCallItem['arguments'] },
  options: { readonly signal: AbortSignal },
) => Promise<JsonValue> | JsonValue

/** What the chat needs. */
export interface ChatParts {
  readonly wire: Wire
  readonly clock: Clock
  readonly waker: Waker
  readonly listener: ChatListener
  readonly kept: Kept
  /** A new id that nobody guesses; for idempotency keys and messages that are not stored yet. */
  readonly newId: () => string
  /** UTC, ISO 8601. */
  readonly timestamp: () => string
  readonly clientTool: () => ClientTool | undefined
  /** The words for what the server gave no words for. */
  readonly text: (
    key: 'failed' | 'notSent' | 'unreachable' | 'broken' | 'gone' | 'signedOut' | 'interrupted',
  ) => string
  /** Puts the language of the page in place of the server's English. */
  readonly translate?: Translate
}

/** A widget's or the host page's action. */
export interface ServerAction {
  readonly type: string
  readonly payload?: JsonValue
}

/** What an effect of the server's is. */
export interface ClientEffect {
  readonly name: string
  readonly data: JsonObject
}

/** What can be done in a chat. */
export interface Chat {
  readonly state: ChatState
  open(threadId: string): Promise<void>
  startNew(): void
  /** Nobody looks any more; the conversation stays as it is. */
  leave(): void
  /** Resolves when the answer is over. */
  send(draft: Draft): Promise<void>
  /** Sends a message again that did not arrive. */
  resend(itemId: string): Promise<void>
  /** Removes a message that did not arrive, and returns it. */
  withdraw(itemId: string): OwnMessage | undefined
  /** Writes another answer to the last message. Our server keeps the one before. */
  again(): Promise<void>
  /** Sends another version of a message. */
  edit(message: OwnMessage, text: string): Promise<void>
  /** Shows another version of a message, or another answer to it. */
  choose(message: OwnMessage, of: 'message' | 'answer', number: number): Promise<void>
  /** Reads what has happened elsewhere, and follows an answer that is being written. */
  refresh(): Promise<void>
  stop(): void
  /**
   * Does what the button beside an error says: tries again, after a new sign-in when that is
   * missing.
   */
  remedy(): Promise<void>
  /** @throws Error with a message for the person when the server refuses it */
  act(
    action: ServerAction,
    itemId: string | undefined,
    options: { readonly streaming: boolean },
  ): Promise<void>
  /** @throws Error with a message for the person when the server refuses it */
  answer(itemId: string, input: StructuredInputAnswers): Promise<void>
  loadOlder(): Promise<void>
  dismiss(noticeId: number): void
  feedback(itemIds: readonly string[], kind: 'positive' | 'negative'): Promise<void>
  /** A new title for the thread on show, given elsewhere. */
  retitle(title: string): void
}
