// The list of a person's conversations. The person opens, starts, renames and deletes them here.

import { parsePage, parseThread, type ThreadHead } from '../client/parse.ts'
import { Refused } from '../client/refused.ts'
import type { Wire } from '../client/wire.ts'
import { attribute, button, el, setChildren } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'
import { askToDelete } from './ask.ts'
import { iconButton } from './icon-button.ts'

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
  /** Marks the thread that is on show. A thread that the list does not have yet is put first. */
  current(thread: ThreadHead | undefined): void
  /** Forgets what was read: another person may have signed in. */
  reset(): void
}

interface Entry {
  readonly id: string
  readonly title: string | undefined
}

const PAGE_LENGTH = 30
const MAX_TITLE_CHARS = 200

/** Makes the list. It stays empty until `load`. */
export function createThreadsView(
  wire: Wire,
  words: Words,
  listener: ThreadsListener,
): ThreadsView {
  const list = el('ul', { class: 'thread-list' })
  const none = el('p', { class: 'quiet' }, words('noThreads'))
  const problem = el('p', { class: 'problem', role: 'alert' })
  const more = button({ class: 'text-button' }, () => void read(), words('more'))
  const element = el(
    'nav',
    { class: 'threads', 'aria-label': words('threads'), part: 'threads' },
    button({ class: 'new-thread' }, () => listener.startedNew(), words('newThread')),
    list,
    none,
    problem,
    more,
  )
  const rows = new Map<string, HTMLElement>()
  let entries: readonly Entry[] = []
  let shown: string | undefined
  let after: string | undefined
  let loaded = false
  draw()

  async function read(): Promise<void> {
    const cursor = after
    const answer = await asked(() =>
      wire.ask('threads.list', {
        limit: PAGE_LENGTH,
        ...(cursor === undefined ? {} : { after: cursor }),
      }),
    )
    if (answer === undefined || cursor !== after) return
    const page = parsePage(answer.value, parseThread)
    const known = new Set(entries.map(({ id }) => id))
    entries = [...entries, ...page.data.filter(({ id }) => !known.has(id))]
    after = page.after
    loaded = true
    draw()
  }

  /**
   * Returns what the server answered. After a failure it shows the failure and returns undefined.
   */
  async function asked(
    ask: () => Promise<unknown>,
  ): Promise<{ readonly value: unknown } | undefined> {
    try {
      problem.textContent = ''
      return { value: await ask() }
    } catch (error) {
      if (error instanceof Refused)
        problem.textContent = error.message || words(error.status === 401 ? 'signedOut' : 'failed')
      else problem.textContent = words('unreachable')
      return undefined
    }
  }

  function draw(): void {
    more.hidden = after === undefined
    none.hidden = entries.length > 0 || !loaded
    for (const id of rows.keys()) if (!entries.some((entry) => entry.id === id)) rows.delete(id)
    setChildren(list, entries.map(rowOf))
  }

  function rowOf(entry: Entry): HTMLElement {
    const title = entry.title || words('untitled')
    const known = rows.get(entry.id)
    if (known && known.dataset.title === title) {
      attribute(
        known.firstElementChild ?? known,
        'aria-current',
        entry.id === shown ? 'true' : undefined,
      )
      return known
    }
    const row = el(
      'li',
      { class: 'thread', 'data-title': title },
      button(
        { class: 'thread-open', title },
        () => listener.opened(entry.id),
        el('bdi', {}, title),
      ),
      iconButton('write', `${words('rename')}: ${title}`, () => startRename(row, entry)),
      iconButton('trash', `${words('remove')}: ${title}`, () => void remove(entry)),
    )
    attribute(row.firstElementChild ?? row, 'aria-current', entry.id === shown ? 'true' : undefined)
    rows.set(entry.id, row)
    return row
  }

  function startRename(row: HTMLElement, entry: Entry): void {
    const field = el('input', {
      class: 'rename',
      'aria-label': words('titleOf'),
      value: entry.title ?? '',
      maxlength: MAX_TITLE_CHARS,
    })
    const back = () => {
      rows.delete(entry.id)
      draw()
      rows.get(entry.id)?.querySelector<HTMLElement>('.thread-open')?.focus()
    }
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing)
        void rename(entry, field.value.trim()).then(back)
      if (event.key === 'Escape') {
        event.stopPropagation()
        back()
      }
    })
    row.replaceChildren(field)
    field.focus()
    field.select()
  }

  async function rename(entry: Entry, title: string): Promise<void> {
    if (title === '' || title === entry.title) return
    if (!(await asked(() => wire.ask('threads.update', { thread_id: entry.id, title })))) return
    entries = entries.map((other) => (other.id === entry.id ? { ...other, title } : other))
    listener.renamed(entry.id, title)
  }

  async function remove(entry: Entry): Promise<void> {
    if (!(await askToDelete(element, entry.title || words('untitled'), words))) return
    if (!(await asked(() => wire.ask('threads.delete', { thread_id: entry.id })))) return
    entries = entries.filter(({ id }) => id !== entry.id)
    draw()
    listener.deleted(entry.id)
  }

  return {
    element,
    async load() {
      if (!loaded) await read()
    },
    current(thread) {
      shown = thread?.id
      if (thread) {
        const { id, title } = thread
        const known = entries.find((entry) => entry.id === id)
        if (known)
          entries = entries.map((entry) =>
            entry.id === id ? { id, title: title ?? entry.title } : entry,
          )
        // A page opens an old thread by its id alone: its place is further down. A new thread has
        // no title.
        else if (loaded || title !== undefined) entries = [{ id, title }, ...entries]
      }
      draw()
    },
    reset() {
      entries = []
      after = undefined
      loaded = false
      draw()
    },
  }
}
