// What a long list of conversations has more than a short one: the days and months that they began
// in. The component loads this module when the list is long.

import type { ListedThread } from '../chat/threads.ts'
import { attribute } from '../dom/dom.ts'
import { namesOfDays } from './days.ts'
import css from './history.css'

const known = new WeakSet<Node>()

/** Names the day or the month above the first conversation of each. Each row shows one thread. */
export function nameDays(list: HTMLElement, threads: readonly ListedThread[]): void {
  const root = list.getRootNode()
  if (root instanceof ShadowRoot && !known.has(root)) {
    known.add(root)
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    root.adoptedStyleSheets.push(sheet)
  }
  const language = list.closest<HTMLElement>('[lang]')?.lang || 'en'
  const names = namesOfDays(
    threads.map(({ createdAt }) => createdAt),
    new Date(),
    language,
  )
  for (const [at, row] of [...list.children].entries()) attribute(row, 'data-day', names[at])
}
