// The menu of mentions (`@`) and commands (`/`) at the field, and the previews of entities. The
// component loads this module when a page has any of them.

import { attribute, button, el } from '../dom/dom.ts'
import type { Command, Entity } from '../settings/options.ts'
import { createListbox, type Option } from './listbox.ts'
import css from './menu.css'
import type { MenuParts } from './parts.ts'
import { showPreviews } from './preview.ts'

const known = new WeakSet<object>()

/** Adds what the page has: to the field, and once to the root. */
export function attachMenu(parts: MenuParts): void {
  const { root, field } = parts
  if (!known.has(root)) {
    known.add(root)
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    root.adoptedStyleSheets.push(sheet)
    showPreviews(parts)
  }
  if (known.has(field)) return
  known.add(field)
  attachTo(field, parts)
}

/** What the person is typing: the sign, what follows it, and where the sign stands. */
interface Typed {
  readonly sign: '@' | '/'
  readonly query: string
  readonly start: number
}

function typedIn({ value, selectionStart, selectionEnd }: HTMLTextAreaElement): Typed | undefined {
  if (selectionStart !== selectionEnd) return undefined
  const [, sign, query = ''] =
    /(?:^|\s)([@/])(\S{0,80})$/.exec(value.slice(0, selectionStart)) ?? []
  if (sign !== '@' && sign !== '/') return undefined
  return { sign, query, start: selectionStart - query.length - 1 }
}

function attachTo(field: HTMLTextAreaElement, parts: MenuParts): void {
  const { settings, words } = parts
  const list = createListbox(field, words('suggestions'), parts.icon)
  field.form?.prepend(list.element)
  let asked = 0

  /** Puts a text in place of what was typed, and the cursor behind it. */
  function replace({ start }: Typed, text: string): void {
    const end = field.selectionStart
    const before = field.value.slice(0, start) + text
    parts.setText(before + field.value.slice(end))
    field.focus()
    field.setSelectionRange(before.length, before.length)
  }

  const mention = (typed: Typed, entity: Entity) => replace(typed, `${parts.mention(entity)} `)

  async function run(typed: Typed, command: Command): Promise<void> {
    replace(typed, '')
    const at = { ...typed, query: '' }
    const next = await settings.commands?.select(command)
    if (!next) return
    if ('entity' in next) mention(at, next.entity)
    else list.show(next.commands.map((one) => ({ ...one, choose: () => void run(at, one) })))
  }

  async function find(typed: Typed): Promise<readonly Option[]> {
    const { sign, query } = typed
    if (sign === '@') {
      const entities = (await settings.entities?.search?.(query)) ?? []
      return entities.map((entity) => ({
        ...entity,
        label: entity.title,
        choose: () => mention(typed, entity),
      }))
    }
    // A command is given alone: a slash within a text is a slash.
    if (typed.start !== 0) return []
    const commands = (await settings.commands?.search(query)) ?? []
    return commands.map((one) => ({ ...one, choose: () => void run(typed, one) }))
  }

  async function look(): Promise<void> {
    const number = ++asked
    const typed = typedIn(field)
    // An error of the page's search is the page's; the person goes on writing.
    const found = typed ? await find(typed).catch(() => []) : []
    if (number === asked) list.show(found)
  }

  field.addEventListener('input', () => void look())
  field.addEventListener('click', () => void look())
  field.addEventListener('blur', () => {
    asked++
    list.show([])
  })
  attribute(field, 'aria-autocomplete', 'list')
  if (settings.entities?.button && settings.entities.search)
    field.form?.querySelector('.tools')?.prepend(mentionButton(field, parts))
}

function mentionButton(field: HTMLTextAreaElement, { words, setText }: MenuParts): HTMLElement {
  const label = words('mention')
  const attributes = { class: 'icon-button', 'aria-label': label, title: label }
  return button(
    attributes,
    () => {
      const { value, selectionStart: at } = field
      const sign = /\S$/.test(value.slice(0, at)) ? ' @' : '@'
      setText(value.slice(0, at) + sign + value.slice(at))
      field.focus()
      field.setSelectionRange(at + sign.length, at + sign.length)
      field.dispatchEvent(new Event('input'))
    },
    el('span', { 'aria-hidden': true }, '@'),
  )
}
