// A message of the person: the first one of a new thread, or one more.

import { granted, type Result } from '../../../core/errors.ts'
import type { ChatCaller } from '../../options.ts'
import type { ThreadStreamEvent } from '../../protocol/event.ts'
import type { ItemBase, UserMessageItem } from '../../protocol/item.ts'
import { conflict, NOT_FOUND, refuse, type WireRefusal } from '../../protocol/refusal.ts'
import type { StreamParams, UserMessageInput } from '../../protocol/request.ts'
import { type ThreadState, wireThread } from '../../protocol/thread.ts'
import { wireAttachment } from '../../threads/attachment.ts'
import type { ItemsChange } from '../../threads/thread-store.ts'
import { presentItem } from '../items.ts'
import { type Beginning, type BeginParts, respondTo, streamOptions } from './beginning.ts'

/** What making a message needs, which has to do with no caller. */
type MessageParts = Pick<
  BeginParts<ChatCaller>,
  'threads' | 'threadId' | 'createdAt' | 'messageId' | 'attachments' | 'allowCancel'
>

/** A thread that is about to be stored, with its first message. */
export interface NewThread {
  readonly thread: ThreadState
  readonly message: UserMessageItem
  /** What is stored with the thread. */
  readonly first: ItemsChange
}

/** Makes a thread with its first message. Nothing is stored. */
export async function makeThread(
  { input }: StreamParams['threads.create'],
  parts: MessageParts & Pick<BeginParts<ChatCaller>, 'limits' | 'titleOf'>,
): Promise<Result<NewThread, WireRefusal>> {
  const { threadId, createdAt, limits } = parts
  const message = await makeMessage(input, parts)
  if (!message.ok) return message
  const title = parts.titleOf?.(message.value)?.slice(0, limits.titleLength)
  const thread: ThreadState = {
    id: threadId,
    ...(title ? { title } : {}),
    created_at: createdAt,
    status: { type: 'active' },
    metadata: {},
  }
  const first = { save: [message.value], attach: input.attachments }
  return granted({ thread, message: message.value, first })
}

/** Creates a thread with its first message. */
export async function createThread<C extends ChatCaller>(
  params: StreamParams['threads.create'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const made = await makeThread(params, parts)
  if (!made.ok) return made
  const { thread, first } = made.value
  if (!(await parts.threads.create(thread, first))) return refuse(NOT_FOUND)
  return granted(answerFirst(made.value, parts))
}

/** Begins the answer to the first message of a thread that is stored. */
export function answerFirst<C extends ChatCaller>(
  { thread, message }: NewThread,
  parts: BeginParts<C>,
): Beginning<C> {
  const created: ThreadStreamEvent = { type: 'thread.created', thread: wireThread(thread) }
  return {
    thread,
    prelude: [created, ...preludeOf(message, parts)],
    begin: respondTo(thread, message, parts),
  }
}

/** Adds a message to a thread. */
export async function addMessage<C extends ChatCaller>(
  thread: ThreadState,
  { input }: StreamParams['threads.add_user_message'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const message = await makeMessage(input, parts)
  if (!message.ok) return message
  if (
    !(await parts.threads.change(thread.id, { save: [message.value], attach: input.attachments }))
  )
    return refuse(NOT_FOUND)
  return granted({
    thread,
    prelude: preludeOf(message.value, parts),
    begin: respondTo(thread, message.value, parts),
  })
}

/** Makes the item of a message, with its attachments. */
export async function makeMessage(
  input: UserMessageInput,
  { threads, threadId, createdAt, messageId, attachments: storage }: MessageParts,
): Promise<Result<UserMessageItem, WireRefusal>> {
  const { metadata: _, ...said } = input
  const attachments = []
  for (const id of input.attachments) {
    const attachment = storage && (await threads.attachment(id))
    if (!attachment) return refuse(NOT_FOUND)
    if (storage.isUploaded?.(attachment) === false) {
      return refuse(conflict('attachment_pending'))
    }
    attachments.push(wireAttachment({ ...attachment, thread_id: threadId }))
  }
  const base: ItemBase = { id: messageId, thread_id: threadId, created_at: createdAt }
  return granted({ ...base, type: 'user_message', ...said, attachments })
}

/** The person's message, and what clients may do with the answer to it. */
export function preludeOf(
  message: UserMessageItem,
  parts: MessageParts,
): readonly ThreadStreamEvent[] {
  return [
    { type: 'thread.item.done', item: presentItem(message, parts.attachments) },
    streamOptions(parts),
  ]
}
