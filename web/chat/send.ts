// Sends a message of the person: shows it at once, and says so when it did not arrive.

import type { UserMessageItem } from '../../src/chatkit/protocol/item.ts'
import type { UserMessageInput } from '../../src/chatkit/protocol/request.ts'
import { defined } from '../client/json.ts'
import { Refused, Unreachable } from '../client/refused.ts'
import { withOwnMessage, withoutItem } from '../state/conversation.ts'
import { comeBack, refresh, runRequest } from './answers.ts'
import type { Draft } from './parts.ts'
import type { RunRequest } from './runner.ts'
import { type Session, showFailure } from './session.ts'

/**
 * Sends the draft; resolves when the answer is over.
 *
 * @param key The idempotency key. Trying again uses the same one, so the server does not take the
 *   message twice.
 */
export async function sendDraft(session: Session, draft: Draft, key: string): Promise<void> {
  const { visit, threadId, state } = session
  const own = messageOf(session, draft, key)
  session.update(withOwnMessage({ ...state.conversation, canStop: true }, own))
  const fail = (error: unknown) =>
    showFailure(session, error, 'notSent', () => sendDraft(session, draft, key))
  try {
    await runRequest(session, requestFor(own, threadId, key))
    // The stream ended before the server confirmed that it has the message.
    const isUnsent = session.state.conversation.entries.some(
      ({ item, standing }) => item.id === own.id && standing === 'unsent',
    )
    if (visit === session.visit && isUnsent) fail(new Unreachable())
  } catch (error) {
    if (visit !== session.visit) return
    if (error instanceof Refused && error.status === 409 && error.code !== 'still_running') {
      fail(error)
      // Another page of the person's may be at work here. It is shown, to be waited for or stopped.
      return await refresh(session)
    }
    // The message arrived the first time: now only its answer is wanted.
    if (error instanceof Refused && error.code === 'still_running' && threadId !== undefined)
      await rejoin(session, threadId, own.id)
    else fail(error)
  }
}

/** Sends a message again that did not arrive, with the key that it had. */
export async function resend(session: Session, itemId: string): Promise<void> {
  const item = unsentItem(session, itemId)
  if (item && session.state.phase === 'idle')
    await sendDraft(session, draftOf(item), itemId.slice(LOCAL.length))
}

/** Removes a message that did not arrive, and returns it. */
export function withdraw(session: Session, itemId: string): UserMessageItem | undefined {
  const item = unsentItem(session, itemId)
  if (item)
    session.update({ ...withoutItem(session.state.conversation, itemId), failure: undefined })
  return item
}

function unsentItem({ state }: Session, itemId: string): UserMessageItem | undefined {
  const entry = state.conversation.entries.find(({ item }) => item.id === itemId)
  return entry?.standing === 'unsent' && entry.item.type === 'user_message' ? entry.item : undefined
}

function draftOf(item: UserMessageItem): Draft {
  return defined({
    text: '',
    content: item.content,
    attachments: item.attachments,
    quotedText: item.quoted_text,
    inferenceOptions: item.inference_options,
  })
}

/** The start of the ids of messages that the server does not have. The rest is the key. */
const LOCAL = 'local_'

export function messageOf(
  { parts, threadId = '' }: Session,
  draft: Draft,
  key: string,
): UserMessageItem {
  const { text, attachments, quotedText, inferenceOptions } = draft
  const written = text === '' ? [] : [{ type: 'input_text', text } as const]
  return defined({
    id: LOCAL + key,
    thread_id: threadId,
    created_at: parts.timestamp(),
    type: 'user_message',
    content: draft.content ?? written,
    attachments,
    quoted_text: quotedText,
    inference_options: inferenceOptions,
  })
}

function requestFor(
  message: UserMessageItem,
  threadId: string | undefined,
  idempotencyKey: string,
): RunRequest {
  const input = inputOf(message)
  if (threadId === undefined) return { type: 'threads.create', params: { input }, idempotencyKey }
  return {
    type: 'threads.add_user_message',
    params: { thread_id: threadId, input },
    idempotencyKey,
  }
}

/** Returns a message as a request carries it. */
export function inputOf({
  content,
  attachments,
  quoted_text,
  inference_options,
}: UserMessageItem): UserMessageInput {
  return defined({
    content,
    attachments: attachments.map(({ id }) => id),
    quoted_text,
    inference_options,
  })
}

async function rejoin(session: Session, threadId: string, ownId: string): Promise<void> {
  session.update(withoutItem(session.state.conversation, ownId))
  await comeBack(session, threadId)
}
