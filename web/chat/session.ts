// What the parts of the chat's logic share: the state on show, the running stream, and how they
// show a failure.

import { isSignedOut, Refused } from '../client/refused.ts'
import {
  type Conversation,
  EMPTY_CONVERSATION,
  type Entry,
  ownUnsent,
  withFailure,
  withUnsent,
} from '../state/conversation.ts'
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
  /** The host page is asked to sign the person in. */
  signingIn: boolean
  /** What the button beside an error does. */
  again: () => Promise<void>
  change(next: Partial<ChatState>): void
  update(conversation: Conversation): void
  /** Puts another conversation on show, with what the person wrote in it and did not send. */
  show(conversation: Conversation, phase: ChatState['phase']): void
}

/** Makes a session with a new conversation on show. */
export function createSession(parts: ChatParts): Session {
  const { listener, kept } = parts
  let state: ChatState = {
    conversation: withUnsent(EMPTY_CONVERSATION, kept.unsent('')),
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
    signingIn: false,
    again: async () => undefined,
    change(next) {
      const { thread: before, entries } = state.conversation
      state = { ...state, ...next }
      const { conversation } = state
      const { thread } = conversation
      if (before === undefined && thread !== undefined) kept.move(thread.id)
      // A piece of an answer concerns none of the person's messages.
      if (conversation.entries !== entries && !isPiece(entries, conversation.entries))
        kept.setUnsent(thread?.id ?? '', ownUnsent(conversation))
      if (thread?.id !== before?.id || thread?.title !== before?.title)
        listener.threadChanged(thread, false)
      listener.changed(state)
    },
    update: (conversation) => session.change({ conversation }),
    show(conversation, phase) {
      const id = conversation.thread?.id
      const isOther = id !== session.threadId
      state = {
        conversation: withUnsent(conversation, kept.unsent(id ?? '')),
        phase,
        lost: false,
        loadingOlder: false,
      }
      if (isOther) listener.threadChanged(conversation.thread, true)
      listener.changed(state)
    },
  }
  return session
}

/** Whether only the last item of a conversation has changed, and that is no message of the person. */
function isPiece(before: readonly Entry[], now: readonly Entry[]): boolean {
  return (
    before.length === now.length &&
    before.at(-2) === now.at(-2) &&
    now.at(-1)?.item.type === 'assistant_message' &&
    before.at(-1)?.item.id === now.at(-1)?.item.id
  )
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
  // A message that did not arrive has its own buttons.
  const otherwise = fallback === 'notSent' ? 'resend' : 'retry'
  const remedy = isSignedOut(error) ? 'sign-in' : otherwise
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
