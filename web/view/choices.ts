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
}

/** Makes the lists. */
export function createChoices(settings: ChatSettings, words: Words): Choices {
  const models = createList(words('model'), settings.models)
  const tools = createList(
    words('tool'),
    settings.tools.length > 0 ? [{ id: '', label: words('anyTool') }, ...settings.tools] : [],
  )
  return {
    elements: [models, tools],
    read: () =>
      defined({
        model: models.value || undefined,
        tool_choice: tools.value ? { id: tools.value } : undefined,
      }),
  }
}

function createList(label: string, choices: readonly Choice[]): HTMLSelectElement {
  const options = choices.map(({ id, label: name }) => el('option', { value: id }, name))
  return el(
    'select',
    { class: 'pick', 'aria-label': label, title: label, hidden: choices.length === 0 },
    ...options,
  )
}
