// The conversation on show: its thread, its items, and the notices beside them. Pure data;
// apply-event.ts changes it.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import type { ThreadHead } from '../client/parse.ts'

/** An item and its state. */
export interface Entry {
  readonly item: Item
  /**
   * `stored`: the server has it. `pending`: it is being written. `sending`: the person's own
   * message, not confirmed yet. `unsent`: the person's own message that probably did not arrive.
   * `cut`: the part of an answer that was written before the answer ended too early.
   */
  readonly standing: 'stored' | 'pending' | 'sending' | 'unsent' | 'cut'
}

/** Something that the server tells the person beside the conversation. */
export interface Notice {
  readonly id: number
  readonly level: 'info' | 'warning' | 'danger'
  readonly title: string | undefined
  /** Markdown. */
  readonly message: string
}

/** Why there is no answer, or no whole answer. */
export interface Failure {
  /** A text for the person; undefined where the server gave none. */
  readonly message: string | undefined
  /** What the person can do: try again, sign in again (and then try again), or nothing. */
  readonly remedy: 'retry' | 'sign-in' | 'none'
}

/** Everything that is on show. */
export interface Conversation {
  /** Undefined for a new conversation, which the server does not know yet. */
  readonly thread: ThreadHead | undefined
  /** Oldest first. */
  readonly entries: readonly Entry[]
  /** The cursor to older items, if there are any. */
  readonly older: string | undefined
  readonly progress: { readonly text: string; readonly icon?: string } | undefined
  readonly notices: readonly Notice[]
  readonly failure: Failure | undefined
  /** Whether the server lets the person stop the answer that is being written. */
  readonly canStop: boolean
}

/** A new conversation. */
export const EMPTY_CONVERSATION: Conversation = Object.freeze({
  thread: undefined,
  entries: Object.freeze([]),
  older: undefined,
  progress: undefined,
  notices: Object.freeze([]),
  failure: undefined,
  canStop: true,
})

/**
 * Takes the stored items of the server, newest first as the server gives them. Keeps the notices,
 * and the messages that did not arrive.
 */
export function withStored(
  conversation: Conversation,
  thread: ThreadHead,
  newestFirst: readonly Item[],
  older: string | undefined,
): Conversation {
  const stored = newestFirst.toReversed().map((item): Entry => ({ item, standing: 'stored' }))
  const unsent = conversation.entries.filter(({ standing }) => standing === 'unsent')
  return { ...conversation, thread, entries: [...stored, ...unsent], older, progress: undefined }
}

/** Puts older items before the others. An item that is there already stays in its place. */
export function withOlder(
  conversation: Conversation,
  newestFirst: readonly Item[],
  older: string | undefined,
): Conversation {
  const known = new Set(conversation.entries.map(({ item }) => item.id))
  const before = newestFirst.filter(({ id }) => !known.has(id)).toReversed()
  return {
    ...conversation,
    entries: [
      ...before.map((item): Entry => ({ item, standing: 'stored' })),
      ...conversation.entries,
    ],
    older,
  }
}

/** Shows the person's own message before the server has it. */
export function withOwnMessage(conversation: Conversation, item: Item): Conversation {
  const entries = conversation.entries.filter(
    ({ standing }) => standing !== 'unsent' && standing !== 'sending',
  )
  return {
    ...conversation,
    entries: [...entries, { item, standing: 'sending' }],
    failure: undefined,
  }
}

/**
 * Removes everything after the message, before its answer is written again. The server removes the
 * same items and sends no events for that.
 */
export function cutAfter(conversation: Conversation, itemId: string): Conversation {
  const at = conversation.entries.findIndex(({ item }) => item.id === itemId)
  const entries = at < 0 ? conversation.entries : conversation.entries.slice(0, at + 1)
  return { ...conversation, entries, failure: undefined, progress: undefined, canStop: true }
}

/** Marks the tool call as complete once its result was sent: the server sends no event for that. */
export function withToolOutput(conversation: Conversation, itemId: string): Conversation {
  const entries = conversation.entries.map((entry): Entry => {
    const { item } = entry
    return item.id === itemId && item.type === 'client_tool_call'
      ? { ...entry, item: { ...item, status: 'completed' } }
      : entry
  })
  return { ...conversation, entries }
}

/**
 * Ends an answer whose items did not end. Texts stay as they are; the server has dropped the rest.
 */
export function withCutItems(conversation: Conversation): Conversation {
  const entries = conversation.entries.flatMap((entry): readonly Entry[] => {
    if (entry.standing === 'sending') return [{ ...entry, standing: 'unsent' }]
    if (entry.standing !== 'pending') return [entry]
    return hasText(entry.item) ? [{ ...entry, standing: 'cut' }] : []
  })
  return { ...conversation, entries, progress: undefined }
}

/** Adds the reason of a failure, which replaces an earlier one. */
export function withFailure(conversation: Conversation, failure: Failure): Conversation {
  return { ...conversation, failure, progress: undefined }
}

/** Removes the notice that the person has read. */
export function withoutNotice(conversation: Conversation, id: number): Conversation {
  return { ...conversation, notices: conversation.notices.filter((notice) => notice.id !== id) }
}

/** Whether anything is still being written. */
export function hasPending({ entries }: Conversation): boolean {
  return entries.some(({ standing }) => standing === 'pending' || standing === 'sending')
}

/**
 * Returns the tool call that the page must answer before the agent goes on, if the newest item is
 * one.
 */
export function pendingToolCall({
  entries,
}: Conversation): Extract<Item, { type: 'client_tool_call' }> | undefined {
  const newest = entries.at(-1)?.item
  return newest?.type === 'client_tool_call' && newest.status === 'pending' ? newest : undefined
}

/** Returns the newest message of the person that the server has. */
export function lastQuestion({ entries }: Conversation): Item | undefined {
  return entries.findLast(
    ({ item, standing }) => item.type === 'user_message' && standing === 'stored',
  )?.item
}

function hasText(item: Item): boolean {
  return item.type === 'assistant_message' && item.content.some(({ text }) => text !== '')
}
