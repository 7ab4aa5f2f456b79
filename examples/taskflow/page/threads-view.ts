// The list of a person's chats: open, start, rename, delete. The conversation itself is in chat.ts.
import { button, byId, el, icon, setAttribute } from './dom.ts'
import { listOf, record, text } from './json.ts'
import type { Thread } from './thread.ts'
import { Refused, type Wire } from './wire.ts'

/** What the person chose. */
export interface ThreadsListener {
  opened(threadId: string): void
  startedNew(): void
  renamed(threadId: string, title: string): void
  deleted(threadId: string): void
}

/** What the rest of the page tells the list. */
export interface ThreadsView {
  load(): Promise<void>
  /** The thread now on show; one that the list does not have yet is put first. */
  current(thread: Thread): void
}

interface Entry {
  readonly id: string
  readonly title: string
}

const UNTITLED = 'New chat'

export function createThreadsView(wire: Wire, listener: ThreadsListener): ThreadsView {
  const container = byId('thread-list', HTMLElement)
  const more = byId('more-threads', HTMLButtonElement)
  const problem = byId('threads-problem', HTMLElement)
  let entries: readonly Entry[] = []
  let shown: string | undefined
  let after: string | undefined

  async function load(): Promise<void> {
    const page = await asked('threads.list', { limit: 30, ...(after === undefined ? {} : { after }) })
    if (!page) return
    const known = new Set(entries.map(({ id }) => id))
    entries = [...entries, ...listOf(page.data, parseEntry).filter(({ id }) => !known.has(id))]
    after = page.has_more === true ? text(page.after) : undefined
    draw()
  }

  /** Asks the server; undefined after a failure, which is then shown. */
  async function asked(type: string, params: Readonly<Record<string, unknown>>) {
    try {
      problem.textContent = ''
      return record(await wire.ask(type, params))
    } catch (error) {
      problem.textContent = error instanceof Refused ? error.message : 'The chat server did not answer.'
      return undefined
    }
  }

  function draw(): void {
    more.hidden = after === undefined
    container.replaceChildren(...entries.map(drawEntry))
    byId('no-threads', HTMLElement).hidden = entries.length > 0
  }

  function drawEntry(entry: Entry): HTMLElement {
    const title = button({ class: 'thread-open', title: entry.title }, () => listener.opened(entry.id), entry.title)
    setAttribute(title, 'aria-current', entry.id === shown ? 'true' : false)
    const row = el(
      'li',
      { class: 'thread', 'data-testid': 'thread' },
      title,
      button(
        { class: 'icon-button', 'aria-label': `Rename “${entry.title}”`, title: 'Rename' },
        () => startRename(row, entry),
        icon('pencil'),
      ),
      button(
        { class: 'icon-button', 'aria-label': `Delete “${entry.title}”`, title: 'Delete' },
        () => void remove(entry),
        icon('trash'),
      ),
    )
    return row
  }

  function startRename(row: HTMLElement, entry: Entry): void {
    const field = el('input', { class: 'rename', 'aria-label': 'New title', value: entry.title, maxlength: 200 })
    const back = () => {
      draw()
      container.querySelectorAll<HTMLElement>('.thread-open')[entries.findIndex(({ id }) => id === entry.id)]?.focus()
    }
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) void rename(entry, field.value.trim()).then(back)
      if (event.key === 'Escape') {
        // Escape means "leave this field" here, not "stop the answer".
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
    if (!(await asked('threads.update', { thread_id: entry.id, title }))) return
    entries = entries.map((other) => (other.id === entry.id ? { ...other, title } : other))
    listener.renamed(entry.id, title)
  }

  async function remove(entry: Entry): Promise<void> {
    if (!(await confirmed(entry.title)) || !(await asked('threads.delete', { thread_id: entry.id }))) return
    entries = entries.filter(({ id }) => id !== entry.id)
    draw()
    listener.deleted(entry.id)
  }

  more.addEventListener('click', () => void load())
  byId('new-thread', HTMLButtonElement).addEventListener('click', () => listener.startedNew())
  return {
    load,
    current({ id, title }) {
      shown = id
      if (id !== undefined) {
        const known = entries.some((entry) => entry.id === id)
        if (!known) entries = [{ id, title: title ?? UNTITLED }, ...entries]
        else if (title !== undefined) entries = entries.map((entry) => (entry.id === id ? { id, title } : entry))
      }
      draw()
    },
  }
}

/** Asks the person, in a dialog of the page. */
async function confirmed(title: string): Promise<boolean> {
  const dialog = byId('delete-dialog', HTMLDialogElement)
  byId('delete-title', HTMLElement).textContent = title
  dialog.returnValue = ''
  dialog.showModal()
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }))
  return dialog.returnValue === 'delete'
}

function parseEntry(value: unknown): Entry | undefined {
  const thread = record(value)
  const id = text(thread.id)
  return id === undefined ? undefined : { id, title: text(thread.title) ?? UNTITLED }
}
