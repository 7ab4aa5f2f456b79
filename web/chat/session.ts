// What the parts of the chat's logic share: the state on show, the running stream, and how they
// show a failure.

import { isSignedOut, Refused } from '../client/refused.ts'
import { EMPTY_CONVERSATION, withFailure } from '../state/conversation.ts'
import type { ChatParts, ChatState } from './parts.ts'

/** The stream that is read now, or the tool of the page that runs now. */
export interface Running {
  readonly controller: AbortController
  /**
   * Whether the server gave event ids: then closing the stream does not end the run. Undefined
   * before the first event.
   */
  resumable: boolean | undefined
  stopping: boolean
}

/** One chat, from when it is made until the page goes. */
export interface Session {
  readonly parts: ChatParts
  readonly state: ChatState
  /** The id of the thread on show; undefined for a new conversation. */
  readonly threadId: string | undefined
  /**
   * Counts the threads that were put on show. An answer that arrives for an earlier one is dropped.
   */
  visit: number
  running: Running | undefined
  /** What the button beside an error does. */
  again: () => Promise<void>
  change(next: Partial<ChatState>): void
  update(conversation: ChatState['conversation']): void
}

/** Makes a session with a new conversation on show. */
export function createSession(parts: ChatParts): Session {
  const { listener } = parts
  let state: ChatState = {
    conversation: EMPTY_CONVERSATION,
    phase: 'idle',
    lost: false,
    loadingOlder: false,
  }
  const session: Session = {
    parts,
    get state() {
      return state
    },
    get threadId() {
      return state.conversation.thread?.id
    },
    visit: 0,
    running: undefined,
    again: async () => undefined,
    change(next) {
      const before = state.conversation.thread
      state = { ...state, ...next }
      const { thread } = state.conversation
      if (thread?.id !== before?.id || thread?.title !== before?.title)
        listener.threadChanged(thread)
      listener.changed(state)
    },
    update: (conversation) => session.change({ conversation }),
  }
  return session
}

/** Shows what went wrong. `repeat` is what the button beside it does. */
export function showFailure(
  session: Session,
  error: unknown,
  fallback: 'failed' | 'notSent' | 'unreachable' | 'broken',
  repeat: () => Promise<void>,
): void {
  session.again = repeat
  const message = messageFor(session.parts, error, fallback)
  const remedy = isSignedOut(error) ? 'sign-in' : 'retry'
  session.update(withFailure(session.state.conversation, { message, remedy }))
  const refusal = error instanceof Refused ? error : undefined
  const code = refusal ? refusal.code : 'unreachable'
  session.parts.listener.failed(message, code, refusal?.status)
}

/** Returns the message for the person: the server's own, or our words for what happened. */
export function messageFor(
  { text }: ChatParts,
  error: unknown,
  fallback: Parameters<ChatParts['text']>[0],
): string {
  if (isSignedOut(error)) return text('signedOut')
  return error instanceof Refused ? error.message || text('failed') : text(fallback)
}
