// The list of a person's conversations. The person opens, starts, renames and deletes them here.

import { createThreads, type ListedThread } from '../chat/threads.ts'
import type { ThreadHead } from '../client/parse.ts'
import { Refused } from '../client/refused.ts'
import type { Wire } from '../client/wire.ts'
import { button, el } from '../dom/dom.ts'
import { keyedViews } from '../dom/keyed-views.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { ask } from './ask.ts'
import { createThreadRow, titleOf } from './thread-row.ts'

/** Called when the person has chosen something in the list. */
export interface ThreadsListener {
  opened(threadId: string): void
  startedNew(): void
  renamed(threadId: string, title: string): void
  deleted(threadId: string): void
}

/** The list on the page. */
export interface ThreadsView {
  readonly element: HTMLElement
  /** Reads the first page, unless it was read before. */
  load(): Promise<void>
  /** Opens the search. */
  search(): void
  /** Reads the first page again, if it was read. What fails is not told: nobody asked. */
  refresh(): Promise<void>
  /** Marks the thread that is on show. A thread that the list does not have yet is put first. */
  current(thread: ThreadHead | undefined): void
  /** Draws it again, after the settings have changed. */
  redraw(): void
  /** Forgets what was read: another person may have signed in. */
  reset(): void
}

/** A list with so many conversations names the days on which they began. */
const LONG = 5

/** Makes the list. It stays empty until `load`. */
export function createThreadsView(
  wire: Wire,
  words: Words,
  settings: ChatSettings,
  listener: ThreadsListener,
): ThreadsView {
  const threads = createThreads(wire)
  const list = el('ul', { class: 'thread-list' })
  const none = el('p', { class: 'quiet' }, words('noThreads'))
  const problem = el('p', { class: 'problem', role: 'alert' })
  const more = button({ class: 'text-button' }, () => void succeeds(threads.read), words('more'))
  const startNew = button({ class: 'new-thread' }, listener.startedNew, words('newThread'))
  const attributes = { class: 'threads', 'aria-label': words('threads'), part: 'threads' }
  const find: HTMLElement = button({ class: 'new-thread' }, search, words('search'))
  const element = el('nav', attributes, startNew, find, list, none, problem, more)
  const drawRows = keyedViews(
    list,
    ({ id }: ListedThread) => id,
    () =>
      createThreadRow(words, settings, {
        opened: ({ id }) => listener.opened(id),
        renamed: rename,
        deleted: (thread) => void remove(thread),
        failed,
      }),
  )
  let shown: string | undefined
  draw()

  function draw(): void {
    more.hidden = !threads.hasMore
    none.hidden = threads.all.length > 0 || !threads.loaded
    drawRows(threads.all, (row, thread) => row.update(thread, thread.id === shown))
    if (threads.all.length >= LONG)
      import('../history/index.ts').then(
        ({ nameDays }) => nameDays(list, threads.all),
        // Where the file is missing, the list stays as it is.
        () => undefined,
      )
  }

  function search(): void {
    const parts = { words, wire, opener: find, known: () => threads.all, opened: listener.opened }
    import('../history/index.ts').then(({ startSearch }) => startSearch(parts), failed)
  }

  function failed(error: unknown): void {
    problem.textContent = failureText(error, words)
  }

  /** Sends a request and draws the list. Returns false after a failure, which it shows. */
  async function succeeds(request: () => Promise<void>): Promise<boolean> {
    problem.textContent = ''
    try {
      await request()
    } catch (error) {
      failed(error)
      return false
    }
    draw()
    return true
  }

  async function rename({ id, title: before }: ListedThread, title: string): Promise<void> {
    if (title === '' || title === before) return
    if (await succeeds(() => threads.rename(id, title))) listener.renamed(id, title)
  }

  async function remove(thread: ListedThread): Promise<void> {
    const question = { heading: words('removeReally'), text: titleOf(thread, words) }
    if (!(await ask(element, words, { ...question, yes: words('remove') }))) return
    if (await succeeds(() => threads.remove(thread.id))) listener.deleted(thread.id)
  }

  return {
    element,
    async load() {
      if (!threads.loaded) await succeeds(threads.read)
    },
    search,
    async refresh() {
      await threads.refresh().catch(() => undefined)
      draw()
    },
    current(thread) {
      shown = thread?.id
      if (thread) threads.take(thread)
      draw()
    },
    redraw() {
      drawRows([], () => undefined)
      draw()
    },
    reset() {
      threads.reset()
      draw()
    },
  }
}

function failureText(error: unknown, words: Words): string {
  if (!(error instanceof Refused)) return words('unreachable')
  return error.message || words(error.status === 401 ? 'signedOut' : 'failed')
}
