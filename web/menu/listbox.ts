// A list at a field that the person chooses from with the arrow keys, while the field keeps the
// focus.

import { attribute, el } from '../dom/dom.ts'

/** One entry of the list. */
export interface Option {
  readonly label: string
  readonly description?: string
  readonly icon?: string
  readonly group?: string
  choose(): void
}

/** The list on the page. */
export interface Listbox {
  readonly element: HTMLElement
  /** Shows these; none hides the list. */
  show(options: readonly Option[]): void
}

/** A list that is longer helps nobody. */
const MAX_OPTIONS = 50

/** Makes the list, hidden. */
export function createListbox(
  field: HTMLTextAreaElement,
  label: string,
  icon: (name: string) => Element,
): Listbox {
  const element = el('div', { class: 'menu', role: 'listbox', 'aria-label': label, id: 'menu' })
  element.hidden = true
  let options: readonly Option[] = []
  let active = 0

  function show(next: readonly Option[]): void {
    options = next.slice(0, MAX_OPTIONS)
    active = 0
    element.hidden = options.length === 0
    element.replaceChildren(...options.flatMap(draw))
    attribute(field, 'aria-controls', element.hidden ? undefined : 'menu')
    mark()
  }

  function draw({ label, description, icon: name, group }: Option, index: number): HTMLElement[] {
    const row = el(
      'div',
      { class: 'menu-option', role: 'option', id: `option-${index}` },
      name === undefined ? undefined : icon(name),
      el('bdi', {}, label),
      description === undefined ? undefined : el('bdi', { class: 'quiet' }, description),
    )
    // The field must keep the focus.
    row.addEventListener('pointerdown', (event) => event.preventDefault())
    row.addEventListener('click', () => choose(index))
    if (!group || group === options[index - 1]?.group) return [row]
    return [el('div', { class: 'menu-group', role: 'presentation' }, group), row]
  }

  function mark(): void {
    for (const row of element.querySelectorAll('[role=option]')) {
      const isActive = row.id === `option-${active}`
      attribute(row, 'aria-selected', String(isActive))
      if (isActive) row.scrollIntoView({ block: 'nearest' })
    }
    attribute(field, 'aria-activedescendant', element.hidden ? undefined : `option-${active}`)
  }

  function choose(index: number): void {
    const option = options[index]
    show([])
    option?.choose()
  }

  // Before the field's own: Enter would send the message.
  field.addEventListener(
    'keydown',
    (event) => {
      if (element.hidden || event.isComposing) return
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step !== undefined) active = (active + step + options.length) % options.length
      else if (event.key === 'Escape') show([])
      else if (event.key === 'Enter' || event.key === 'Tab') choose(active)
      else return
      event.preventDefault()
      event.stopImmediatePropagation()
      mark()
    },
    { capture: true },
  )
  return { element, show }
}
