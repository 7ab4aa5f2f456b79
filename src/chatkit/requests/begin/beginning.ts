// How the answer to a streaming request begins: its parts, and what the handlers have in common.

import type { AnswerContext, ChatCaller, ChatkitServerOptions } from '../../options.ts'
import type { AnswerEvent, ThreadStreamEvent } from '../../protocol/event.ts'
import type { UserMessageItem } from '../../protocol/item.ts'
import type { ChatkitLimits } from '../../protocol/limits.ts'
import type { ThreadState } from '../../protocol/thread.ts'
import type { OwnedThreads } from '../../threads/owned-threads.ts'

/** How an answer begins. */
export interface Beginning<C extends ChatCaller> {
  readonly thread: ThreadState
  /** The first events. Their changes are stored already. */
  readonly prelude: readonly ThreadStreamEvent[]
  /** The app's part of the answer. Undefined: the stream is its prelude and no more. */
  readonly begin: ((context: AnswerContext<C>) => AsyncIterable<AnswerEvent>) | undefined
}

/** What a handler has to work with. */
export interface BeginParts<C extends ChatCaller>
  extends Pick<
    ChatkitServerOptions<C>,
    'respond' | 'action' | 'attachments' | 'allowCancel' | 'titleOf'
  > {
  readonly threads: OwnedThreads
  readonly threadId: string
  /** UTC, ISO 8601 with `Z`. */
  readonly createdAt: string
  /** Id of the message that the request brings. */
  readonly messageId: string
  readonly limits: Pick<ChatkitLimits, 'titleLength'>
  /** A new id for a prefix. */
  readonly newId: (prefix: string) => string
}

/** The event that says what clients may do with the answer. */
export function streamOptions({
  allowCancel = true,
}: Pick<BeginParts<ChatCaller>, 'allowCancel'>): ThreadStreamEvent {
  return { type: 'stream_options', stream_options: { allow_cancel: allowCancel } }
}

/** The app's answer to a message, or to what came in place of one. */
export function respondTo<C extends ChatCaller>(
  thread: ThreadState,
  message: UserMessageItem | undefined,
  { respond }: BeginParts<C>,
): (context: AnswerContext<C>) => AsyncIterable<AnswerEvent> {
  return (context) => respond(thread, message, context)
}
