// What the person can choose for a message: a model, and a tool that the answer should use.

import type { InferenceOptions } from '../../src/chatkit/protocol/item.ts'
import { defined } from '../client/json.ts'
import { el } from '../dom/dom.ts'
import type { ChatSettings, Choice } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'

/** The lists to choose from. A list without choices is hidden. */
export interface Choices {
  readonly elements: readonly HTMLElement[]
  /** Returns what is chosen, as a message carries it. */
  read(): InferenceOptions
  /** Draws the lists again, after the settings have changed. What is still there stays chosen. */
  redraw(): void
  /** Chooses it where it is there. */
  choose(options: InferenceOptions): void
}

/** Makes the lists. */
export function createChoices(settings: ChatSettings, words: Words): Choices {
  const models = createList(words('model'))
  const tools = createList(words('tool'))
  function redraw(): void {
    fill(models, settings.models)
    fill(
      tools,
      settings.tools.length > 0 ? [{ id: '', label: words('anyTool') }, ...settings.tools] : [],
    )
  }
  redraw()
  return {
    elements: [models, tools],
    redraw,
    read: () =>
      defined({
        model: models.value || undefined,
        tool_choice: tools.value ? { id: tools.value } : undefined,
      }),
    choose({ model, tool_choice }) {
      choose(models, model)
      choose(tools, tool_choice?.id)
    },
  }
}

function createList(label: string): HTMLSelectElement {
  return el('select', { class: 'pick', 'aria-label': label, title: label })
}

function fill(list: HTMLSelectElement, choices: readonly Choice[]): void {
  const chosen = list.value
  list.replaceChildren(...choices.map(({ id, label }) => el('option', { value: id }, label)))
  list.hidden = choices.length === 0
  choose(list, chosen)
}

function choose(list: HTMLSelectElement, id: string | undefined): void {
  if ([...list.options].some(({ value }) => value === id)) list.value = id ?? ''
}
