// What a person seldom does with a conversation: save it, print it, and look at the list of keys.
// The component loads this module at the first press.

import type { ThreadHead } from '../client/parse.ts'
import type { Wire } from '../client/wire.ts'
import { button, el } from '../dom/dom.ts'
import type { Words } from '../settings/words.ts'
import { toMarkdown } from './markdown.ts'
import { printEntries } from './print.ts'
import { readWhole } from './read-whole.ts'
import { addSheet } from './sheet.ts'

/** What the module works with. */
export interface ToolParts {
  readonly words: Words
  readonly wire: Wire
  /** The element that holds the whole chat. */
  readonly place: HTMLElement
  /** The conversation on show. */
  thread(): ThreadHead | undefined
  /** Tells the person something. */
  say(text: string): void
}

/** The keys, and the words for what each does. */
const KEYS = [
  ['/', 'toField'],
  ['Ctrl K, ⌘ K', 'search'],
  ['Ctrl Shift O, ⌘ Shift O', 'newThread'],
  ['Esc', 'stop'],
  ['?', 'shortcuts'],
] as const

/**
 * Opens the actions below their button; a second press closes them, and so does a focus elsewhere.
 */
export function toggleActions(opener: HTMLElement, parts: ToolParts): void {
  const { words, place } = parts
  addSheet(place)
  if (opener.ariaExpanded === 'true') {
    opener.ariaExpanded = 'false'
    place.querySelector('.actions')?.remove()
    return
  }
  const close = (): void => {
    // When it goes, it loses the focus, which closes it.
    if (opener.ariaExpanded === 'false') return
    opener.ariaExpanded = 'false'
    menu.remove()
  }
  const item = (label: string, act: () => void) =>
    button(
      { role: 'menuitem', class: 'text-button' },
      () => {
        close()
        act()
      },
      label,
    )
  const menu = el('div', { class: 'actions', role: 'menu', 'aria-label': words('actions') })
  if (parts.thread())
    menu.append(
      item(words('saveMarkdown'), () => void save(parts, 'md')),
      item(words('saveJson'), () => void save(parts, 'json')),
      item(words('print'), () => printEntries(place)),
    )
  menu.append(item(words('shortcuts'), () => showShortcuts(parts)))
  menu.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) move(menu, step)
    else if (event.key === 'Escape') {
      close()
      opener.focus()
    } else return
    event.preventDefault()
    event.stopPropagation()
  })
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget !== opener && !menu.contains(relatedTarget as Node | null)) close()
  })
  opener.after(menu)
  opener.ariaExpanded = 'true'
  menu.querySelector('button')?.focus()
}

function move(menu: HTMLElement, step: number): void {
  const items = [...menu.querySelectorAll('button')]
  const at = items.findIndex((one) => one.matches(':focus'))
  items.at((at + step) % items.length)?.focus()
}

/** Shows the keys in a dialog. */
export function showShortcuts({ words, place }: Pick<ToolParts, 'words' | 'place'>): void {
  addSheet(place)
  if (place.querySelector('dialog.keys')) return
  const heading = el('h2', { id: 'keys' }, words('shortcuts'))
  const rows = KEYS.flatMap(([key, name]) => [
    el('dt', {}, el('kbd', { dir: 'ltr' }, key)),
    el('dd', {}, words(name)),
  ])
  const dialog = el(
    'dialog',
    { class: 'keys', 'aria-labelledby': heading.id },
    heading,
    el('dl', {}, ...rows),
    button({ class: 'plain-button', autofocus: true }, () => dialog.close(), words('close')),
  )
  dialog.addEventListener('close', () => dialog.remove())
  place.append(dialog)
  dialog.showModal()
}

/** Saves the whole conversation as a file. */
async function save(parts: ToolParts, kind: 'md' | 'json'): Promise<void> {
  const { words, wire, say } = parts
  const thread = parts.thread()
  if (!thread) return
  try {
    const whole = await readWhole(wire, thread)
    const text = kind === 'md' ? toMarkdown(whole, words) : `${JSON.stringify(whole, null, 2)}\n`
    const type = kind === 'md' ? 'text/markdown' : 'application/json'
    const address = URL.createObjectURL(new Blob([text], { type }))
    const name = (whole.title ?? '').replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60) || 'chat'
    el('a', { href: address, download: `${name}.${kind}` }).click()
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(address), 60_000)
  } catch (error) {
    say((error instanceof Error && error.message) || words('unreachable'))
  }
}
