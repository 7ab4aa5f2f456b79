// One thread as the page shows it, and how each event of the ChatKit stream changes it. Pure: no DOM, no network.
import { contentText, type Item, type NoticeLevel, parseItem, parseStep, type Step } from './item.ts'
import { list, number, record, text } from './json.ts'

/** A thread on show. */
export interface Thread {
  /** Absent until the server has made the thread. */
  readonly id?: string
  readonly title?: string
  /** Why no message can be added, where that is so. */
  readonly closed?: string
  readonly items: readonly Item[]
  /** What the server says it is doing; gone with the next event. */
  readonly progress?: string
  readonly canStop: boolean
}

export const NEW_THREAD: Thread = { items: [], canStop: true }

/** The thread after one event. An event that this page does not know changes nothing. */
export function applyEvent(thread: Thread, value: unknown): Thread {
  const event = record(value)
  const { progress, ...next } = thread
  switch (event.type) {
    case 'thread.created':
    case 'thread.updated':
      return { ...thread, ...threadFields(event.thread) }
    case 'thread.item.added':
      return withItem(next, parseItem(event.item, true))
    case 'thread.item.done':
    case 'thread.item.replaced':
      return withItem(next, parseItem(event.item))
    case 'thread.item.removed':
      return { ...next, items: next.items.filter((item) => item.id !== event.item_id) }
    case 'thread.item.updated':
      return {
        ...next,
        items: next.items.map((item) => (item.id === event.item_id ? updated(item, record(event.update)) : item)),
      }
    case 'stream_options':
      return { ...thread, canStop: record(event.stream_options).allow_cancel !== false }
    case 'progress_update':
      return { ...next, progress: text(event.text) ?? '' }
    case 'notice': {
      const title = text(event.title)
      const message = text(event.message) ?? ''
      return withLocal(next, { kind: 'notice', level: levelOf(event.level), message, ...(title === undefined ? {} : { title }) })
    }
    case 'error':
      return withFailure(next, text(event.message) ?? 'The assistant could not finish this answer.', event.allow_retry === true)
    default:
      return thread
  }
}

/** A thread as `threads.get_by_id` gives it, with the items of all its pages. */
export function loadedThread(value: unknown, items: readonly unknown[]): Thread {
  return { ...NEW_THREAD, ...threadFields(value), items: items.flatMap((item) => parseItem(item) ?? []) }
}

/** The thread with the person's own message, shown before the server has confirmed it. */
export function withOwnMessage(thread: Thread, message: string): Thread {
  return {
    ...thread,
    items: [...thread.items.filter((item) => item.kind !== 'error'), { kind: 'user', id: UNCONFIRMED, text: message }],
  }
}

/** The thread with a failure at its end, and without what was only half there. */
export function withFailure(thread: Thread, message: string, retry: boolean): Thread {
  return withLocal(thread, { kind: 'error', message, retry })
}

/** The thread after the person stopped the answer: what has come stays, and says so. */
export function stopped(thread: Thread): Thread {
  const { progress, ...next } = thread
  return { ...next, items: next.items.map((item) => (isPending(item) ? halted(item) : item)) }
}

/** The thread cut back to one item, as the server does for a retry. */
export function cutAfter(thread: Thread, id: string): Thread {
  const index = thread.items.findIndex((item) => item.id === id)
  return index < 0 ? thread : { ...thread, items: thread.items.slice(0, index + 1) }
}

/** Whether an item is still being written. */
export function isPending(item: Item): boolean {
  return (item.kind === 'assistant' || item.kind === 'workflow') && item.pending
}

/** How many steps are done: when this grows, the agent has changed something. */
export function completedSteps(thread: Thread): number {
  return thread.items.reduce(
    (sum, item) => sum + (item.kind === 'workflow' ? item.steps.filter((s) => s.state === 'complete').length : 0),
    0,
  )
}

/** The id of the person's message until the server has given it one. */
export const UNCONFIRMED = 'unconfirmed'

function threadFields(value: unknown): Partial<Thread> {
  const fields = record(value)
  const id = text(fields.id)
  const title = text(fields.title)
  const status = record(fields.status)
  const closed =
    status.type === 'locked' || status.type === 'closed' ? (text(status.reason) ?? 'This chat is closed.') : undefined
  return {
    ...(id === undefined ? {} : { id }),
    ...(title === undefined ? {} : { title }),
    ...(closed === undefined ? {} : { closed }),
  }
}

function withItem(thread: Thread, item: Item | undefined): Thread {
  if (!item) return thread
  const place = thread.items.findIndex((other) => other.id === item.id || (item.kind === 'user' && other.id === UNCONFIRMED))
  return { ...thread, items: place < 0 ? [...thread.items, item] : thread.items.with(place, item) }
}

/** Adds what the wire gives no id: notices and errors are never stored, so a number is enough. */
function withLocal(
  thread: Thread,
  item: Omit<Extract<Item, { kind: 'notice' }>, 'id'> | Omit<Extract<Item, { kind: 'error' }>, 'id'>,
): Thread {
  return { ...thread, items: [...thread.items, { ...item, id: `local-${thread.items.length}` }] }
}

function updated(item: Item, update: Readonly<Record<string, unknown>>): Item {
  if (item.kind === 'assistant') return { ...item, parts: updatedParts(item.parts, update) }
  if (item.kind === 'workflow') return { ...item, steps: updatedSteps(item.steps, update) }
  return item
}

function updatedParts(parts: readonly string[], update: Readonly<Record<string, unknown>>): readonly string[] {
  const index = number(update.content_index) ?? 0
  // An index far beyond the end would pad the message with that many empty parts.
  if (index < 0 || index > parts.length + 100) return parts
  const padded = Array.from({ length: Math.max(parts.length, index + 1) }, (_, i) => parts[i] ?? '')
  switch (update.type) {
    case 'assistant_message.content_part.added':
    case 'assistant_message.content_part.done':
      return padded.with(index, contentText(update.content))
    case 'assistant_message.content_part.text_delta':
      return padded.with(index, (padded[index] ?? '') + (text(update.delta) ?? ''))
    default:
      return parts
  }
}

function updatedSteps(steps: readonly Step[], update: Readonly<Record<string, unknown>>): readonly Step[] {
  if (update.type === 'workflow.task.added') return [...steps, parseStep(update.task)]
  const index = number(update.task_index) ?? -1
  return update.type === 'workflow.task.updated' && index in list(steps) ? steps.with(index, parseStep(update.task)) : steps
}

function halted(item: Item): Item {
  if (item.kind === 'assistant') return { ...item, pending: false, stopped: true }
  if (item.kind === 'workflow') {
    return {
      ...item,
      pending: false,
      steps: item.steps.map((step) => (step.state === 'loading' ? { ...step, state: 'none' } : step)),
    }
  }
  return item
}

function levelOf(value: unknown): NoticeLevel {
  return value === 'warning' || value === 'danger' ? value : 'info'
}
