// Changes the conversation by one event of a stream (sections 6 and 17 of the protocol). Pure.

import type { ErrorEvent } from '../../src/chatkit/protocol/event.ts'
import type { Item } from '../../src/chatkit/protocol/item.ts'
import { SIGNED_OUT } from '../../src/chatkit/protocol/ours.ts'
import { defined } from '../client/json.ts'
import type { ChatEvent, ThreadHead } from '../client/parse.ts'
import { applyUpdate } from './apply-update.ts'
import type { Conversation, Entry, Failure } from './conversation.ts'

/** The page keeps so many items. When the person wants older ones, they are read again. */
const MAX_ENTRIES = 1000
const MAX_NOTICES = 10

/** Returns the conversation after the event; the same object when the event says nothing new. */
export function applyEvent(conversation: Conversation, event: ChatEvent): Conversation {
  switch (event.type) {
    case 'thread.created':
      return { ...conversation, thread: event.thread }
    case 'thread.updated':
      return { ...conversation, thread: mergedThread(conversation.thread, event.thread) }
    case 'thread.item.added':
      return withItem(conversation, event.item, 'pending')
    case 'thread.item.done':
    case 'thread.item.replaced':
      return withItem(conversation, event.item, 'stored')
    case 'thread.item.updated': {
      // What is being written stands at the end.
      const at = conversation.entries.findLastIndex(({ item }) => item.id === event.item_id)
      const entry = conversation.entries[at]
      if (!entry) return conversation
      const item = applyUpdate(entry.item, event.update)
      const rest = { ...conversation, progress: undefined }
      return item === entry.item
        ? conversation
        : { ...rest, entries: conversation.entries.with(at, { ...entry, item }) }
    }
    case 'thread.item.removed':
      return {
        ...conversation,
        entries: conversation.entries.filter(({ item }) => item.id !== event.item_id),
      }
    case 'stream_options':
      return { ...conversation, canStop: event.stream_options.allow_cancel }
    case 'progress_update': {
      const { text, icon } = event
      return { ...conversation, progress: defined({ text, icon }) }
    }
    case 'client_effect':
      return conversation
    case 'notice': {
      const { level, title, message } = event
      const id = (conversation.notices.at(-1)?.id ?? 0) + 1
      return {
        ...conversation,
        notices: [...conversation.notices, { id, level, title, message }].slice(-MAX_NOTICES),
      }
    }
    case 'error':
      return {
        ...conversation,
        progress: undefined,
        failure: failureOf(event),
      }
  }
}

function failureOf({ code, message, allow_retry }: ErrorEvent): Failure {
  if (code === SIGNED_OUT) return { message, remedy: 'sign-in' }
  return { message, remedy: allow_retry ? 'retry' : 'none' }
}

/** An updated thread tells everything but the state of its run. */
function mergedThread(known: ThreadHead | undefined, thread: ThreadHead): ThreadHead {
  return known?.id === thread.id ? { ...thread, run: thread.run ?? known.run } : thread
}

/**
 * Replaces the item that has the same id. The person's first message replaces the copy that was
 * shown before it was sent.
 */
function withItem(
  conversation: Conversation,
  item: Item,
  standing: Entry['standing'],
): Conversation {
  const { entries } = conversation
  const known = entries.findIndex((entry) => entry.item.id === item.id)
  const own =
    item.type === 'user_message' ? entries.findIndex((entry) => entry.standing === 'sending') : -1
  const entry: Entry = { item, standing }
  const rest = {
    ...conversation,
    progress: item.type === 'user_message' ? conversation.progress : undefined,
  }
  if (known >= 0) return { ...rest, entries: entries.with(known, entry) }
  if (own >= 0) return { ...rest, entries: entries.with(own, entry) }
  // Messages that did not arrive stay at the end: they belong to nothing before them.
  const end = entries.findLastIndex((one) => one.standing !== 'unsent') + 1
  return { ...rest, ...bounded(conversation, entries.toSpliced(end, 0, entry)) }
}

function bounded(
  { older }: Conversation,
  entries: readonly Entry[],
): Pick<Conversation, 'entries' | 'older'> {
  if (entries.length <= MAX_ENTRIES) return { entries, older }
  const kept = entries.slice(-MAX_ENTRIES)
  // The cursor of a descending list is the last item of the page before. The dropped items are read
  // again from here.
  return { entries: kept, older: kept[0]?.item.id }
}
