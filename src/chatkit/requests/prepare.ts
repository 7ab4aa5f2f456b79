// What each streaming request finds, stores and begins with. All of it is decided before the first event; what is refused leaves nothing behind.

import { mayHaveActed } from '../agent/approval-record.ts'
import type { AnswerContext, ChatCaller, ChatkitServerOptions } from '../options.ts'
import type { AnswerEvent, ThreadStreamEvent } from '../protocol/event.ts'
import {
  type HiddenItem,
  type Item,
  type ItemBase,
  isHidden,
  type StructuredInput,
  type StructuredInputItem,
  type UserMessageItem,
} from '../protocol/item.ts'
import {
  conflict,
  done,
  NOT_FOUND,
  type Outcome,
  type Refusal,
  refuse,
  UNSUPPORTED,
} from '../protocol/refusal.ts'
import type {
  StreamParams,
  StreamRequest,
  StructuredInputAnswers,
  UserMessageInput,
} from '../protocol/request.ts'
import { type ThreadState, wireThread } from '../protocol/thread.ts'
import { type AttachmentStorage, wireAttachment } from '../threads/attachment.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'

/** How an answer begins: its first events, whose changes are stored already, and the app's part of it. */
export interface Beginning<C extends ChatCaller> {
  readonly thread: ThreadState
  readonly prelude: readonly ThreadStreamEvent[]
  /** Undefined: the stream is its prelude and no more. */
  readonly begin: ((context: AnswerContext<C>) => AsyncIterable<AnswerEvent>) | undefined
}

/** What preparing needs. */
export interface PrepareParts<C extends ChatCaller>
  extends Pick<ChatkitServerOptions<C>, 'respond' | 'action' | 'attachments' | 'allowCancel'> {
  readonly threads: OwnedThreads
  readonly threadId: string
  readonly createdAt: string
  /** Id of the message that the request brings. */
  readonly messageId: string
}

/** What preparing needs that has to do with no caller. */
type CommonParts = Pick<
  PrepareParts<ChatCaller>,
  'threads' | 'threadId' | 'createdAt' | 'messageId' | 'attachments' | 'allowCancel'
>

/** Newest items among which forgotten calls of client tools are looked for. */
const RECENT = 20

/** Finds and stores what a request needs. The thread is taken already. */
export async function prepare<C extends ChatCaller>(
  request: StreamRequest,
  parts: PrepareParts<C>,
): Promise<Outcome<Beginning<C>>> {
  if (request.type === 'threads.create') return createThread(request.params, parts)
  const thread = await parts.threads.get(parts.threadId)
  if (!thread) return refuse(NOT_FOUND)
  const refusal = notOpen(thread)
  if (refusal) return refuse(refusal)
  switch (request.type) {
    case 'threads.add_user_message':
      return addMessage(thread, request.params, parts)
    case 'threads.add_client_tool_output':
      return addToolOutput(thread, request.params, parts)
    case 'threads.add_structured_input':
      return addStructuredInput(thread, request.params, parts)
    case 'threads.retry_after_item':
      return retryAfter(thread, request.params, parts)
    case 'threads.custom_action':
      return act(thread, request.params, parts)
  }
}

async function createThread<C extends ChatCaller>(
  { input }: StreamParams['threads.create'],
  parts: PrepareParts<C>,
): Promise<Outcome<Beginning<C>>> {
  const { threads, threadId, createdAt } = parts
  const thread: ThreadState = {
    id: threadId,
    created_at: createdAt,
    status: { type: 'active' },
    metadata: {},
  }
  const message = await messageOf(input, parts)
  if (!message.ok) return message
  if (!(await threads.create(thread, { save: [message.value], attach: input.attachments })))
    return refuse(NOT_FOUND)
  const created: ThreadStreamEvent = { type: 'thread.created', thread: wireThread(thread) }
  return done({
    thread,
    prelude: [created, ...preludeOf(message.value, parts)],
    begin: responding(thread, message.value, parts),
  })
}

async function addMessage<C extends ChatCaller>(
  thread: ThreadState,
  { input }: StreamParams['threads.add_user_message'],
  parts: PrepareParts<C>,
): Promise<Outcome<Beginning<C>>> {
  const message = await messageOf(input, parts)
  if (!message.ok) return message
  if (
    !(await parts.threads.change(thread.id, { save: [message.value], attach: input.attachments }))
  )
    return refuse(NOT_FOUND)
  return done({
    thread,
    prelude: preludeOf(message.value, parts),
    begin: responding(thread, message.value, parts),
  })
}

async function messageOf(
  input: UserMessageInput,
  { threads, threadId, createdAt, messageId, attachments: storage }: CommonParts,
): Promise<Outcome<UserMessageItem>> {
  const attachments = []
  for (const id of input.attachments) {
    const attachment = storage && (await threads.attachment(id))
    if (!attachment) return refuse(NOT_FOUND)
    if (storage.isUploaded?.(attachment) === false) {
      return refuse(
        conflict(
          'attachment_pending',
          'An attachment is not uploaded yet. Wait for it, or remove it.',
        ),
      )
    }
    attachments.push(wireAttachment({ ...attachment, thread_id: threadId }))
  }
  const base: ItemBase = { id: messageId, thread_id: threadId, created_at: createdAt }
  return done({ ...base, type: 'user_message', ...input, attachments })
}

/** The person's message, and what clients may do with the answer to it. */
function preludeOf(message: UserMessageItem, parts: CommonParts): readonly ThreadStreamEvent[] {
  return [
    { type: 'thread.item.done', item: presented(message, parts.attachments) },
    optionsOf(parts),
  ]
}

function optionsOf({ allowCancel = true }: CommonParts): ThreadStreamEvent {
  return { type: 'stream_options', stream_options: { allow_cancel: allowCancel } }
}

function responding<C extends ChatCaller>(
  thread: ThreadState,
  message: UserMessageItem | undefined,
  { respond }: PrepareParts<C>,
): (context: AnswerContext<C>) => AsyncIterable<AnswerEvent> {
  return (context) => respond(thread, message, context)
}

async function addToolOutput<C extends ChatCaller>(
  thread: ThreadState,
  { result }: StreamParams['threads.add_client_tool_output'],
  parts: PrepareParts<C>,
): Promise<Outcome<Beginning<C>>> {
  const { threads } = parts
  const recent =
    (await threads.items(thread.id, { limit: RECENT, order: 'desc', hidden: false }))?.data ?? []
  const [call, ...older] = recent
  if (call?.type !== 'client_tool_call' || call.status !== 'pending') {
    return refuse(conflict('no_pending_call', 'No tool of the page is being waited for here.'))
  }
  const completed: Item = {
    ...call,
    status: 'completed',
    ...(result === null ? {} : { output: result }),
  }
  const remove = older.flatMap((item) =>
    item.type === 'client_tool_call' && item.status === 'pending' ? [item.id] : [],
  )
  if (!(await threads.change(thread.id, { save: [completed], remove }))) return refuse(NOT_FOUND)
  return done({ thread, prelude: [optionsOf(parts)], begin: responding(thread, undefined, parts) })
}

async function addStructuredInput<C extends ChatCaller>(
  thread: ThreadState,
  { item_id, input }: StreamParams['threads.add_structured_input'],
  parts: PrepareParts<C>,
): Promise<Outcome<Beginning<C>>> {
  const item = await shownItem(parts.threads, thread.id, item_id)
  if (!item) return refuse(NOT_FOUND)
  if (item.type !== 'structured_input' || item.status !== 'pending') {
    return refuse(conflict('not_pending', 'This form was answered already, or is none.'))
  }
  const answered: StructuredInputItem = {
    ...item,
    status: input.status,
    inputs: item.inputs.map((one) => ({ ...one, answer: answerTo(one, input) })),
  }
  if (!(await parts.threads.change(thread.id, { save: [answered] }))) return refuse(NOT_FOUND)
  const replaced: ThreadStreamEvent = { type: 'thread.item.replaced', item: answered }
  return done({
    thread,
    prelude: [optionsOf(parts), replaced],
    begin: responding(thread, undefined, parts),
  })
}

/** Values need not be among the options: a free answer is one, too. */
function answerTo(input: StructuredInput, { status, answers }: StructuredInputAnswers) {
  const given = Object.hasOwn(answers, input.id) ? answers[input.id] : undefined
  if (status === 'skipped' || !given || given.skipped || given.values.length === 0)
    return { values: [], skipped: true }
  const one = input.type === 'multiple_choice' && !input.multiple
  return { values: one ? given.values.slice(0, 1) : given.values, skipped: false }
}

async function retryAfter<C extends ChatCaller>(
  thread: ThreadState,
  { item_id }: StreamParams['threads.retry_after_item'],
  parts: PrepareParts<C>,
): Promise<Outcome<Beginning<C>>> {
  const { threads } = parts
  const item = await shownItem(threads, thread.id, item_id)
  if (!item) return done({ thread, prelude: [], begin: undefined })
  if (item.type !== 'user_message')
    return refuse(conflict('not_a_message', 'Only an answer to a message can be tried again.'))
  const newer: string[] = []
  for (let after: string | undefined = item_id; after !== undefined; ) {
    const page = await threads.items(thread.id, { limit: 100, order: 'asc', hidden: true, after })
    if (!page) return refuse(NOT_FOUND)
    newer.push(...page.data.filter((one) => !mayHaveActed(one)).map(({ id }) => id))
    after = page.after
  }
  if (!(await threads.change(thread.id, { remove: newer }))) return refuse(NOT_FOUND)
  return done({ thread, prelude: [optionsOf(parts)], begin: responding(thread, item, parts) })
}

async function act<C extends ChatCaller>(
  thread: ThreadState,
  { item_id, action }: StreamParams['threads.custom_action'],
  parts: PrepareParts<C>,
): Promise<Outcome<Beginning<C>>> {
  const handler = parts.action
  if (!handler) return refuse(UNSUPPORTED)
  const sender =
    item_id === undefined ? undefined : await shownItem(parts.threads, thread.id, item_id)
  if (item_id !== undefined && !sender) return refuse(NOT_FOUND)
  if (sender && sender.type !== 'widget') {
    return done({
      thread,
      prelude: [{ type: 'error', code: 'stream.error', allow_retry: false }],
      begin: undefined,
    })
  }
  return done({
    thread,
    prelude: [optionsOf(parts)],
    begin: (context) => handler(thread, action, sender, context),
  })
}

/** An item that a client may name: to it, a hidden one is not there. */
export async function shownItem(
  threads: OwnedThreads,
  threadId: string,
  id: string,
): Promise<Exclude<Item, HiddenItem> | undefined> {
  const item = await threads.item(threadId, id)
  return item === undefined || isHidden(item) ? undefined : item
}

/** An item as clients are sent it: attachments with fresh URLs. */
export function presented<T extends Item>(item: T, storage: AttachmentStorage | undefined): T {
  if (item.type !== 'user_message' || item.attachments.length === 0) return item
  return { ...item, attachments: item.attachments.map((one) => wireAttachment(one, storage)) }
}

/** Why a thread takes nothing, if it does not. */
export function notOpen({ status }: ThreadState): Refusal | undefined {
  switch (status.type) {
    case 'active':
      return undefined
    case 'locked':
      return conflict('thread_locked', 'This conversation is locked and takes no messages.')
    case 'closed':
      return conflict('thread_closed', 'This conversation is closed.')
  }
}
