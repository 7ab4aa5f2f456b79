// The search in a person's conversations, in place of their list. The server searches; where it cannot,
// the titles that the list has are searched.

import type { ListedThread } from '../chat/threads.ts'
import { asFields, list as asList, text } from '../client/json.ts'
import type { Wire } from '../client/wire.ts'
import { button, el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'

/** What the search works with. */
export interface SearchParts {
  readonly words: Words
  readonly wire: Pick<Wire, 'ask'>
  /** The button that begins the search. */
  readonly opener: HTMLElement
  /** The conversations that the list has. */
  known(): readonly ListedThread[]
  opened(id: string): void
}

/** A conversation that was found, with the words around what was found. */
interface Found extends ListedThread {
  readonly excerpt?: string | undefined
}

const WAIT_MS = 200
const MAX_FOUND = 30

/** Puts the field below its button, or the cursor into it when it is there. */
export function startSearch({ words, wire, opener, known, opened }: SearchParts): void {
  const nav = opener.parentElement
  const before = nav?.querySelector<HTMLElement>('.search input')
  before?.focus()
  if (!nav || before) return
  const label = words('search')
  const field = el('input', {
    type: 'search',
    class: 'rename',
    'aria-label': label,
    maxlength: 200,
  })
  const results = el('ul', { class: 'thread-list' })
  const note = el('p', { class: 'quiet', role: 'status' })
  const box = el('div', { class: 'search' }, field, results, note)
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function search(): Promise<void> {
    const query = field.value.trim()
    const number = ++asked
    nav?.classList.toggle('searching', query !== '')
    const found = query === '' ? [] : await find(query, wire, known())
    // Only the newest question counts.
    if (number !== asked) return
    results.replaceChildren(...(found ?? []).map((one) => row(one, words, opened)))
    note.textContent =
      found === undefined ? words('unreachable') : query && !found[0] ? words('noMatches') : ''
  }

  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(search, WAIT_MS)
  })
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return
    event.stopPropagation()
    clearTimeout(timer)
    asked++
    box.remove()
    nav.classList.remove('searching')
    opener.focus()
  })
  opener.after(box)
  field.focus()
}

/** Asks the server. Returns undefined when it cannot be reached. */
async function find(
  query: string,
  wire: SearchParts['wire'],
  known: readonly ListedThread[],
): Promise<readonly Found[] | undefined> {
  try {
    return foundIn(await wire.ask('onbehalf.threads.search', { query, limit: MAX_FOUND }))
  } catch (error) {
    // A server that knows no search refuses it.
    if (typeof asFields(error).status !== 'number') return undefined
    const wanted = query.toLowerCase()
    return known.filter(({ title }) => title?.toLowerCase().includes(wanted))
  }
}

function foundIn(answer: unknown): readonly Found[] {
  return asList(asFields(answer).data).flatMap((one) => {
    const { id, title, onbehalf_excerpt } = asFields(one)
    return typeof id === 'string'
      ? [{ id, title: text(title), excerpt: text(onbehalf_excerpt) }]
      : []
  })
}

function row(
  { id, title, excerpt }: Found,
  words: Words,
  opened: (id: string) => void,
): HTMLElement {
  const name = title || words('untitled')
  return el(
    'li',
    { class: 'thread' },
    button(
      { class: 'thread-open', title: name },
      () => opened(id),
      el('bdi', {}, name),
      excerpt === undefined ? undefined : el('small', { class: 'quiet', dir: 'auto' }, excerpt),
    ),
  )
}
