// One answer as a stream: the app's events, each stored before it is sent, until it is complete, fails, is stopped, or takes too long.

import { AuthError } from '../core/errors.ts'
import { sentenceFor } from '../core/wire.ts'
import type { AnswerEvent, ErrorEvent, ThreadStreamEvent } from './event.ts'
import { type HiddenItem, type Item, isHidden } from './item.ts'
import { withoutNulls } from './json.ts'
import type { OwnedThreads } from './owned-threads.ts'
import { pendingMessages } from './pending.ts'
import { ChatkitStreamError } from './stream-error.ts'
import { type ThreadChange, wireThread } from './thread.ts'

/** What an answer is made of. */
export interface AnswerParts {
  readonly threads: OwnedThreads
  readonly threadId: string
  /** Events whose changes are stored already. */
  readonly prelude: readonly ThreadStreamEvent[]
  /** Begins the app's answer; called when the client reads on after the prelude. */
  readonly begin: (signal: AbortSignal) => AsyncIterable<AnswerEvent>
  /** Gives the change of the thread that the app has asked for since the last time, if any. */
  readonly takeChange: () => ThreadChange | undefined
  /** The note that the model is left when the person stops the answer. */
  readonly stoppedNote: () => HiddenItem
  /** Milliseconds. */
  readonly deadline: number
  /** Ends the answer as a cancel of the body does, for servers that tell it this way. */
  readonly clientGone: AbortSignal
  readonly onError: (error: unknown) => void
  /** Frees the thread for the next answer: before the client can see that the stream has ended. */
  readonly release: () => void
  /** Discards the credential. */
  readonly end: () => Promise<void>
}

/** Why an answer is ended from outside. */
export type StopReason = 'cancelled' | 'deadline' | 'deleted'

/** A running answer. */
export interface Answer {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Ends it. Text that was written so far is kept, with a note for the model; nothing else is stored from now on. */
  stop(why: StopReason): Promise<void>
  /** Whether it has ended or is about to. */
  isOver(): boolean
}

const FAILED: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: true }
const GONE: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: false }
const TOO_LONG: ErrorEvent = {
  type: 'error',
  code: 'custom',
  message: 'The answer took too long and was stopped. Try again.',
  allow_retry: true,
}

/** Starts an answer. It advances only as fast as the client reads. */
export function startAnswer(parts: AnswerParts): Answer {
  const { threads, threadId } = parts
  const encoder = new TextEncoder()
  const abort = new AbortController()
  const pending = pendingMessages()
  /** Ids of hidden items of this stream: updates and removals of them are kept back, too. */
  const hidden = new Set<string>()
  let events: AsyncIterator<AnswerEvent> | undefined
  let output: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  let over = false
  const timer = setTimeout(() => void stop('deadline'), parts.deadline)
  const onClientGone = () => void stop('cancelled')

  /** Applies an event to the store and gives what the client is sent: nothing, for what is hidden. */
  async function apply(event: AnswerEvent): Promise<string> {
    switch (event.type) {
      case 'thread.item.added': {
        const item = clean(event.item, threadId)
        pending.add(item)
        return visible(item) ? frame({ type: event.type, item }) : ''
      }
      case 'thread.item.updated':
        pending.update(event.item_id, event.update)
        return hidden.has(event.item_id) ? '' : frame(cleanUpdate(event))
      case 'thread.item.done':
      case 'thread.item.replaced': {
        const item = clean(event.item, threadId)
        // Before it is stored: a stop that comes meanwhile must not put the partial text over the complete one.
        pending.settle(item.id)
        if (!(await threads.saveItems(threadId, [item]))) throw new ThreadGone()
        return visible(item) ? frame({ type: event.type, item }) : ''
      }
      case 'thread.item.removed':
        pending.settle(event.item_id)
        await threads.removeItem(threadId, event.item_id)
        return hidden.has(event.item_id) ? '' : frame(event)
      case 'progress_update':
      case 'client_effect':
      case 'notice':
      case 'error':
        return frame(event)
    }
  }

  function visible(item: Item): boolean {
    if (isHidden(item)) hidden.add(item.id)
    return !isHidden(item)
  }

  async function applyChange(): Promise<string> {
    const change = parts.takeChange()
    if (!change) return ''
    const thread = await threads.update(threadId, change)
    if (!thread) throw new ThreadGone()
    return frame({ type: 'thread.updated', thread: wireThread(thread) })
  }

  async function pull(): Promise<void> {
    try {
      events ??= parts.begin(abort.signal)[Symbol.asyncIterator]()
      for (;;) {
        const next = await events.next()
        if (over) return
        if (next.done) return await finish()
        let frames = await apply(next.value)
        if (over) return
        frames += await applyChange()
        if (over) return
        if (frames !== '') return send(frames)
      }
    } catch (error) {
      if (over) return
      if (!(error instanceof ChatkitStreamError || error instanceof ThreadGone)) parts.onError(error)
      abandon()
      await finish(eventFor(error))
    }
  }

  /** The answer is complete or has failed: a change of the thread is still stored, after the error. */
  async function finish(failure?: ErrorEvent): Promise<void> {
    over = true
    let frames = failure ? frame(failure) : ''
    try {
      frames += await applyChange()
    } catch (error) {
      if (!(error instanceof ThreadGone)) parts.onError(error)
      if (!failure) frames += frame(eventFor(error))
    }
    await close(frames)
  }

  async function stop(why: StopReason): Promise<void> {
    if (over) return
    over = true
    abandon()
    try {
      if (why !== 'deleted') await threads.saveItems(threadId, [...pending.written(), parts.stoppedNote()])
    } catch (error) {
      parts.onError(error)
    }
    await close(why === 'deadline' ? frame(TOO_LONG) : why === 'deleted' ? frame(GONE) : '')
  }

  /** Ends the app's part without waiting for it: a model or a tool that does not listen must not hold the stream open. */
  function abandon(): void {
    abort.abort()
    events?.return?.().catch(() => {})
  }

  async function close(frames: string): Promise<void> {
    clearTimeout(timer)
    parts.clientGone.removeEventListener('abort', onClientGone)
    parts.release()
    if (frames !== '') send(frames)
    output?.close()
    output = undefined
    try {
      await parts.end()
    } catch (error) {
      parts.onError(error)
    }
  }

  function send(frames: string): void {
    output?.enqueue(encoder.encode(frames))
  }

  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        output = controller
        send(parts.prelude.map(frame).join(''))
      },
      pull,
      async cancel() {
        output = undefined
        await stop('cancelled')
      },
    },
    { highWaterMark: 0 },
  )
  if (parts.clientGone.aborted) onClientGone()
  else parts.clientGone.addEventListener('abort', onClientGone)
  return { body, stop, isOver: () => over }
}

/** The thread was deleted while its answer was written. */
class ThreadGone extends Error {
  override readonly name = 'ThreadGone'
}

function eventFor(error: unknown): ErrorEvent {
  if (error instanceof ChatkitStreamError) return error.event
  if (error instanceof AuthError) return { type: 'error', code: 'custom', message: sentenceFor(error), allow_retry: true }
  return error instanceof ThreadGone ? GONE : FAILED
}

function frame(event: ThreadStreamEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`
}

/** An item as it is stored and sent. In widgets null means absent, at every depth; elsewhere free-form values keep theirs. */
function clean(item: Item, threadId: string): Item {
  if (item.thread_id !== threadId) throw new TypeError('An item belongs to another thread')
  if (item.type === 'widget') return { ...item, widget: withoutNulls(item.widget) }
  if (item.type !== 'client_tool_call' || item.output !== null) return item
  const { output: _, ...call } = item
  return call
}

function cleanUpdate(event: Extract<AnswerEvent, { type: 'thread.item.updated' }>): AnswerEvent {
  const { update } = event
  if (update.type === 'widget.root.updated') return { ...event, update: { ...update, widget: withoutNulls(update.widget) } }
  if (update.type !== 'widget.component.updated') return event
  return { ...event, update: { ...update, component: withoutNulls(update.component) } }
}
