// What a list of conversations has when it is long, the days and months that they began in, and the
// search. The component loads this module when it needs one of both.

import type { ListedThread } from '../chat/threads.ts'
import { attribute } from '../dom/dom.ts'
import { namesOfDays } from './days.ts'
import css from './history.css'
import { type SearchParts, startSearch as start } from './search.ts'

const known = new WeakSet<Node>()

/** Searches in the conversations, from the button that was pressed. */
export function startSearch(parts: SearchParts): void {
  addSheet(parts.opener)
  start(parts)
}

/** Names the day or the month above the first conversation of each. Each row shows one thread. */
export function nameDays(list: HTMLElement, threads: readonly ListedThread[]): void {
  addSheet(list)
  const language = list.closest<HTMLElement>('[lang]')?.lang || 'en'
  const names = namesOfDays(
    threads.map(({ createdAt }) => createdAt),
    new Date(),
    language,
  )
  for (const [at, row] of [...list.children].entries()) attribute(row, 'data-day', names[at])
}

function addSheet(place: Element): void {
  const root = place.getRootNode()
  if (!(root instanceof ShadowRoot) || known.has(root)) return
  known.add(root)
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets.push(sheet)
}
