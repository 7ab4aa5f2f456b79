// The events that the element sends to its host page. None of them holds a credential.

import type { JsonObject } from '../../src/chatkit/protocol/json.ts'
import type { RunNotice, RunOutcome } from '../chat/parts.ts'
import type { ChatEvent } from '../client/parse.ts'
import type { ResponseNotice } from '../client/post.ts'
import type { WidgetAction } from '../content/contract.ts'

/** The `detail` of each event, by its name. */
export interface ChatEventMap {
  /**
   * Another conversation is on show, or its title has changed. `id` is null for a new conversation.
   */
  readonly 'chat-thread': { readonly id: string | null; readonly title: string | undefined }
  /** The element is on the page, and its methods can be called. */
  readonly 'chat-ready': Readonly<Record<string, never>>
  /** A conversation is being read, or it was. */
  readonly 'chat-thread-load': { readonly id: string; readonly state: 'start' | 'end' }
  /** The list of conversations was opened or closed. */
  readonly 'chat-history': { readonly open: boolean }
  /** The person has chosen another tool; null for none. */
  readonly 'chat-tool': { readonly id: string | null }
  /**
   * The person followed a link `chatkit-link://name?key=value`. A model may have written it: its
   * data is foreign.
   */
  readonly 'chat-deeplink': {
    readonly name: string
    readonly data: Readonly<Record<string, string>>
  }
  /** An event of a stream, after it was applied. */
  readonly 'chat-event': { readonly event: ChatEvent }
  /** Any answer of the server, with its status and a few of its headers. */
  readonly 'chat-response': ResponseNotice
  /** A stream has started. */
  readonly 'chat-response-start': RunNotice
  /** A stream has ended. */
  readonly 'chat-response-end': RunNotice & { readonly outcome: RunOutcome }
  /** The person was shown an error. */
  readonly 'chat-error': {
    readonly message: string
    readonly code: string | undefined
    readonly status: number | undefined
  }
  /**
   * The person wants to sign in again. What is handed to `waitUntil` is waited for, and then the
   * request is repeated; if it fails, the request is not.
   */
  readonly 'chat-sign-in': { readonly waitUntil: (done: Promise<unknown>) => void }
  /** The server wants an effect in the page. */
  readonly 'chat-client-effect': { readonly name: string; readonly data: JsonObject }
  /** The person pressed a button of `answerActions`; `id` is the button's. */
  readonly 'chat-answer-action': {
    readonly id: string
    /** The items of the answer, oldest first. */
    readonly itemIds: readonly string[]
    /** Its text, as Markdown. */
    readonly text: string
  }
  /** An action of a widget that the page itself must handle. */
  readonly 'chat-action': { readonly action: WidgetAction; readonly itemId: string }
}
