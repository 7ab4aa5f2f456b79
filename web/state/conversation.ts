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
  /**
   * What the person can do: try again, send the message again at its place, sign in again (and then
   * try again), or nothing.
   */
  readonly remedy: 'retry' | 'resend' | 'sign-in' | 'none'
}

/** A message of the person. */
type OwnMessage = Extract<Item, { type: 'user_message' }>

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
  const known = new Set(newestFirst.map(({ id }) => id))
  const cut = cutSteps(conversation).filter(({ item }) => !known.has(item.id))
  const unsent = conversation.entries.filter(({ standing }) => standing === 'unsent')
  const entries = [...withCut(stored, cut), ...unsent]
  return { ...conversation, thread, entries, older, progress: undefined }
}

/** The steps since the person's last message that ended too early. No server has stored them. */
function cutSteps({ entries }: Conversation): readonly Entry[] {
  const last = entries.findLastIndex(
    ({ item, standing }) => item.type === 'user_message' && standing === 'stored',
  )
  return entries
    .slice(last + 1)
    .filter(({ item, standing }) => standing === 'cut' && item.type === 'workflow')
}

/** Puts steps that the server does not have behind the message that they belong to. */
function withCut(stored: readonly Entry[], cut: readonly Entry[]): readonly Entry[] {
  const last = stored.findLastIndex(({ item }) => item.type === 'user_message')
  return cut.length === 0 ? stored : stored.toSpliced(last + 1, 0, ...cut)
}

/** Puts messages at the end that did not arrive. */
export function withUnsent(conversation: Conversation, items: readonly Item[]): Conversation {
  if (items.length === 0) return conversation
  const unsent = items.map((item): Entry => ({ item, standing: 'unsent' }))
  return { ...conversation, entries: [...conversation.entries, ...unsent] }
}

/** Returns the person's messages of which it is not certain that the server has them. */
export function ownUnsent({ entries }: Conversation): readonly OwnMessage[] {
  return entries.flatMap(({ item, standing }) =>
    (standing === 'unsent' || standing === 'sending') && item.type === 'user_message' ? [item] : [],
  )
}

/** Removes an item. */
export function withoutItem(conversation: Conversation, itemId: string): Conversation {
  return {
    ...conversation,
    entries: conversation.entries.filter(({ item }) => item.id !== itemId),
  }
}

/**
 * Takes the newest items as the server has them now. What is the same stays the same, so that its
 * view stays, too; older items that were read stay before them.
 */
export function withNews(
  conversation: Conversation,
  thread: ThreadHead,
  newestFirst: readonly Item[],
  older: string | undefined,
): Conversation {
  const first = newestFirst.at(-1)?.id
  const at = conversation.entries.findIndex(({ item }) => item.id === first)
  const fresh = withStored(conversation, thread, newestFirst, older)
  const known = new Map(conversation.entries.map((entry) => [entry.item.id, entry]))
  const entries = fresh.entries.map((entry) => {
    const before = known.get(entry.item.id)
    return before && JSON.stringify(before) === JSON.stringify(entry) ? before : entry
  })
  const whole = at > 0 ? [...conversation.entries.slice(0, at), ...entries] : entries
  const isSame =
    whole.length === conversation.entries.length &&
    whole.every((entry, index) => entry === conversation.entries[index])
  return {
    ...fresh,
    entries: isSame ? conversation.entries : whole,
    older: at > 0 ? conversation.older : older,
    // What went wrong before is told no longer once the conversation has gone on.
    failure: isSame ? conversation.failure : undefined,
  }
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
  const entries = conversation.entries.filter((entry) => entry.item.id !== item.id)
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
    const item = endedItem(entry.item)
    return item ? [{ item, standing: 'cut' }] : []
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

/** Returns what stays of an item that did not end: its text, and the steps that were done. */
function endedItem(item: Item): Item | undefined {
  if (item.type === 'assistant_message')
    return item.content.some(({ text }) => text !== '') ? item : undefined
  if (item.type !== 'workflow' || item.workflow.tasks.length === 0) return undefined
  const tasks = item.workflow.tasks.map((task) =>
    task.status_indicator === 'loading' ? { ...task, status_indicator: 'none' as const } : task,
  )
  return { ...item, workflow: { ...item.workflow, tasks } }
}
