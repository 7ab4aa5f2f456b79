// What the person can choose for a message: a model, and a tool that the answer should use.

import type { InferenceOptions } from '../../src/chatkit/protocol/item.ts'
import { defined } from '../client/json.ts'
import { attribute, button, el, write } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'
import type { ModelChoice, ToolChoice } from '../settings/options.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'

/** The lists to choose from, and the buttons of pinned tools. A list without choices is hidden. */
export interface Choices {
  readonly elements: readonly HTMLElement[]
  /** Returns what is chosen, as a message carries it. */
  read(): InferenceOptions
  /** The tool that is chosen. */
  tool(): ToolChoice | undefined
  /** Draws the lists again, after the settings have changed. What is still there stays chosen. */
  redraw(): void
  /** Chooses it where it is there. An empty id of a tool chooses none. */
  choose(options: InferenceOptions): void
  /** A message was sent. A tool that is for one message only is given up. */
  sent(): void
}

/** Makes the lists. `toolChanged` is called when another tool is chosen, or none. */
export function createChoices(
  settings: ChatSettings,
  words: Words,
  toolChanged: () => void,
): Choices {
  const models = createList(words('model'))
  const tools = createList(words('tool'))
  const pinned = el('span', { class: 'pinned' })
  let toolId = ''

  function choose({ model, tool_choice }: InferenceOptions): void {
    if (settings.models.some(({ id }) => id === model)) models.value = model ?? ''
    const id = tool_choice?.id
    if (id !== undefined && (id === '' || settings.tools.some((tool) => tool.id === id)))
      chooseTool(id)
  }

  function chooseTool(id: string): void {
    const isOther = id !== toolId
    toolId = id
    tools.value = id
    // A pinned tool is not in the list.
    if (tools.selectedIndex < 0) tools.value = ''
    for (const one of pinned.children) attribute(one, 'aria-pressed', one.id === `tool-${id}`)
    if (isOther) toolChanged()
  }

  function redraw(): void {
    const model = models.value
    const listed = settings.tools.filter((tool) => !tool.pinned)
    fill(models, settings.models)
    fill(tools, listed.length > 0 ? [{ id: '', label: words('anyTool') }, ...listed] : [])
    pinned.replaceChildren(
      ...settings.tools.filter((tool) => tool.pinned).map((tool) => pinnedTool(tool)),
    )
    pinned.hidden = pinned.children.length === 0
    const first = settings.models.find((one) => one.default)?.id
    choose(defined({ model: first }))
    choose({ model })
    chooseTool(settings.tools.some(({ id }) => id === toolId) ? toolId : '')
  }

  function pinnedTool({ id, label, shortLabel, icon: name }: ToolChoice): HTMLElement {
    return button(
      { class: 'pick', id: `tool-${id}`, title: label, 'aria-label': label },
      () => chooseTool(toolId === id ? '' : id),
      name === undefined ? undefined : icon(name),
      shortLabel ?? label,
    )
  }

  tools.addEventListener('change', () => chooseTool(tools.value))
  redraw()
  const tool = () => settings.tools.find(({ id }) => id === toolId)
  return {
    elements: [models, tools, pinned],
    redraw,
    tool,
    read: () =>
      defined({
        model: models.value || undefined,
        tool_choice: toolId ? { id: toolId } : undefined,
      }),
    choose,
    sent() {
      if (tool()?.persistent === false) chooseTool('')
    },
  }
}

function createList(label: string): HTMLSelectElement {
  return el('select', { class: 'pick', 'aria-label': label, title: label })
}

function fill(list: HTMLSelectElement, choices: readonly ModelChoice[]): void {
  list.replaceChildren(
    ...choices.map(({ id, label, description, disabled }) => {
      const option = el('option', { value: id, disabled })
      write(option, description ? `${label} – ${description}` : label)
      return option
    }),
  )
  list.hidden = choices.length === 0
}
