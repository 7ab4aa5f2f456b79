// The list of a person's conversations: it reads, renames and deletes them. It draws nothing.

import { defined } from '../client/json.ts'
import { parsePage, parseThread, type ThreadHead } from '../client/parse.ts'
import type { Wire } from '../client/wire.ts'

/** A conversation in the list. */
export interface ListedThread {
  readonly id: string
  readonly title: string | undefined
  readonly createdAt?: string | undefined
}

/** The list, newest first. Its requests throw Refused or Unreachable. */
export interface Threads {
  readonly all: readonly ListedThread[]
  /** Whether the first page was read. */
  readonly loaded: boolean
  readonly hasMore: boolean
  /** Reads the next page. */
  read(): Promise<void>
  /** Reads the first page again. Does nothing before it was read. */
  refresh(): Promise<void>
  rename(id: string, title: string): Promise<void>
  remove(id: string): Promise<void>
  /** Takes the title of the thread on show. A thread that is not in the list is put first. */
  take(thread: ThreadHead): void
  /** Forgets what was read: another person may have signed in. */
  reset(): void
}

const PAGE_LENGTH = 30

/** Makes an empty list. */
export function createThreads(wire: Wire): Threads {
  let all: readonly ListedThread[] = []
  let after: string | undefined
  let loaded = false
  /** Counts the resets. A page that was asked for before one may be another person's. */
  let resets = 0

  const retitle = (id: string, title: string | undefined) => {
    all = all.map((thread) =>
      thread.id === id ? { ...thread, title: title ?? thread.title } : thread,
    )
  }

  return {
    get all() {
      return all
    },
    get loaded() {
      return loaded
    },
    get hasMore() {
      return after !== undefined
    },
    async read() {
      const cursor = after
      const asked = resets
      const params = defined({ limit: PAGE_LENGTH, after: cursor })
      const answer = await wire.ask('threads.list', params)
      if (cursor !== after || asked !== resets) return
      const page = parsePage(answer, parseThread)
      const known = new Set(all.map(({ id }) => id))
      all = [...all, ...page.data.filter(({ id }) => !known.has(id))]
      after = page.after
      loaded = true
    },
    async refresh() {
      const asked = resets
      if (!loaded) return
      const answer = await wire.ask('threads.list', { limit: PAGE_LENGTH })
      if (asked !== resets) return
      const page = parsePage(answer, parseThread)
      const fresh = new Set(page.data.map(({ id }) => id))
      // When there is no second page, what is not here was deleted elsewhere.
      const rest = page.after === undefined ? [] : all.filter(({ id }) => !fresh.has(id))
      all = [...page.data, ...rest]
      if (rest.length === 0) after = page.after
    },
    async rename(id, title) {
      await wire.ask('threads.update', { thread_id: id, title })
      retitle(id, title)
    },
    async remove(id) {
      await wire.ask('threads.delete', { thread_id: id })
      all = all.filter((thread) => thread.id !== id)
    },
    take({ id, title, createdAt }) {
      if (all.some((thread) => thread.id === id)) retitle(id, title)
      // A page opens an old thread by its id alone: its place is further down. A new thread has no
      // title.
      else if (loaded || title !== undefined) all = [{ id, title, createdAt }, ...all]
    },
    reset() {
      all = []
      after = undefined
      loaded = false
      resets++
    },
  }
}
