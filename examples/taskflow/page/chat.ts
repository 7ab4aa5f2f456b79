// The conversation: which thread is on show, what is being said, and what the person can do about it.
import { byId } from './dom.ts'
import type { Item } from './item.ts'
import { createItemsView } from './items-view.ts'
import { loadThread } from './load-thread.ts'
import {
  applyEvent,
  completedSteps,
  cutAfter,
  isPending,
  NEW_THREAD,
  stopped,
  type Thread,
  UNCONFIRMED,
  withFailure,
  withOwnMessage,
} from './thread.ts'
import { newTrace, Refused, type Wire } from './wire.ts'

/** What the rest of the page wants to know. */
export interface ChatListener {
  /** The thread on show changed its id or title, or is another one. */
  threadChanged(thread: Thread): void
  /** The agent has finished a step, or its answer: the tasks may have changed. */
  worked(): void
  /** An answer has ended, one way or another; `trace` finds its trail. */
  ended(trace: string): void
}

/** What the rest of the page can ask for. */
export interface Chat {
  open(threadId: string): Promise<void>
  startNew(): void
  say(message: string): Promise<void>
  stop(): void
  /** A new title for the thread on show, after it was given elsewhere. */
  retitle(title: string): void
}

export function createChat(wire: Wire, listener: ChatListener): Chat {
  const scroller = byId('scroller', HTMLElement)
  const messages = byId('messages', HTMLElement)
  const announcer = byId('announcer', HTMLElement)
  const progress = byId('progress', HTMLElement)
  const composer = byId('composer', HTMLFormElement)
  const draw = createItemsView(messages, () => again())
  let thread: Thread = NEW_THREAD
  /** The running answer, if any. Another thread on show ends it, so an event of one can never be drawn into the other. */
  let running: AbortController | undefined
  /** What Retry does: the same request, or the server's own retry of an answer. */
  let again: () => void = () => undefined
  let drawing = false

  function show(next: Thread): void {
    const changed = next.id !== thread.id || next.title !== thread.title
    thread = next
    if (changed) listener.threadChanged(next)
    if (drawing) return
    // Many events can arrive between two frames; one drawing serves them all.
    drawing = true
    requestAnimationFrame(() => {
      drawing = false
      const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80
      draw(thread.items)
      progress.textContent = thread.progress ?? ''
      composer.dataset.state = running
        ? thread.canStop
          ? 'running'
          : 'waiting'
        : thread.closed === undefined
          ? 'ready'
          : 'closed'
      byId('closed', HTMLElement).textContent = thread.closed ?? ''
      byId('empty', HTMLElement).hidden = thread.items.length > 0 || thread.id !== undefined
      messages.setAttribute('aria-busy', String(running !== undefined))
      if (atEnd) scroller.scrollTop = scroller.scrollHeight
    })
  }

  /** One streaming request, from the first event to the last. `repeat` is the Retry of a request that never got its stream. */
  async function run(
    type: string,
    params: Readonly<Record<string, unknown>>,
    repeat: () => void,
    idempotencyKey?: string,
  ): Promise<void> {
    const controller = new AbortController()
    const trace = newTrace()
    running = controller
    show(thread)
    announcer.textContent = 'TaskFlow is working.'
    try {
      const options = { trace, signal: controller.signal, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }
      for await (const event of wire.stream(type, params, options)) {
        if (running !== controller) return
        const done = completedSteps(thread)
        show(applyEvent(thread, event))
        if (completedSteps(thread) > done) listener.worked()
      }
      again = retryAnswer
      if (thread.items.some(isPending)) await reload()
    } catch (error) {
      if (running !== controller) return
      if (controller.signal.aborted) show(stopped(thread))
      else await broke(error, repeat)
    } finally {
      if (running === controller) {
        running = undefined
        show(thread)
        announcer.textContent = lastWords(thread.items)
        messages.dataset.trace = trace
        listener.worked()
        listener.ended(trace)
      }
    }
  }

  async function broke(error: unknown, repeat: () => void): Promise<void> {
    again = repeat
    const unheard = thread.items.some((item) => item.id === UNCONFIRMED)
    if (error instanceof Refused || unheard) {
      show(withFailure(stopped(thread), error instanceof Refused ? error.message : 'The message could not be sent.', true))
      return
    }
    again = retryAnswer
    await reload().catch(() => show(stopped(thread)))
    show(withFailure(thread, 'The connection broke before the answer was complete.', true))
  }

  /** What the server has stored is the truth about an answer that did not end properly. */
  async function reload(): Promise<void> {
    if (thread.id !== undefined) show(await loadThread(wire, thread.id))
  }

  function retryAnswer(): void {
    const last = thread.items.findLast((item) => item.kind === 'user')
    if (!last || thread.id === undefined || running) return
    show(cutAfter(thread, last.id))
    const repeat = () => void retryAnswer()
    void run('threads.retry_after_item', { thread_id: thread.id, item_id: last.id }, repeat)
  }

  function leave(): void {
    running?.abort()
    running = undefined
    again = () => undefined
    announcer.textContent = ''
  }

  async function send(message: string, key: string): Promise<void> {
    const input = { content: [{ type: 'input_text', text: message }], attachments: [], inference_options: {} }
    const repeat = () => {
      if (running) return
      show({ ...thread, items: thread.items.filter((item) => item.kind !== 'error') })
      void send(message, key)
    }
    if (thread.id === undefined) await run('threads.create', { input }, repeat, key)
    else await run('threads.add_user_message', { thread_id: thread.id, input }, repeat)
  }

  return {
    async open(threadId) {
      leave()
      show({ ...NEW_THREAD, id: threadId })
      try {
        const loaded = await loadThread(wire, threadId)
        if (thread.id === threadId && !running) show(loaded)
      } catch (error) {
        if (thread.id !== threadId) return
        const message = error instanceof Refused ? error.message : 'The chat could not be loaded.'
        again = () => void this.open(threadId)
        // Gone, or never this person's: nothing to go on with, and nothing to try again.
        if (error instanceof Refused && error.status === 404) show(withFailure(NEW_THREAD, 'This chat does not exist.', false))
        else show(withFailure(thread, message, true))
      }
    },
    startNew() {
      leave()
      show(NEW_THREAD)
    },
    async say(message) {
      if (running || thread.closed !== undefined) return
      show(withOwnMessage(thread, message))
      scroller.scrollTop = scroller.scrollHeight
      await send(message, crypto.randomUUID())
    },
    stop() {
      if (running && thread.canStop) running.abort()
    },
    retitle(title) {
      show({ ...thread, title })
    },
  }
}

/** What a screen reader says when an answer has ended: its text, once and whole, instead of word by word. */
function lastWords(items: readonly Item[]): string {
  const last = items.findLast((item) => item.kind === 'assistant' || item.kind === 'error')
  if (last?.kind === 'assistant') return last.parts.join(' ')
  return last?.kind === 'error' ? '' : 'The answer has ended.'
}
