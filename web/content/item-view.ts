// Draws any item of a conversation. An unknown item, or one that fails, becomes a quiet line: it
// never breaks the page.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import { el } from '../dom/dom.ts'
import type { ItemHost, ItemView } from './contract.ts'
import { assistantMessage } from './items/assistant-message.ts'
import { generatedImage } from './items/generated-image.ts'
import { structuredInput } from './items/structured-input.ts'
import { taskView } from './items/task.ts'
import { toolCall } from './items/tool-call.ts'
import { unknownPart } from './items/unknown.ts'
import { userMessage } from './items/user-message.ts'
import type { View } from './items/view.ts'
import { workflowView } from './items/workflow.ts'
import { widgetItem } from './widget/widget-item.ts'

/**
 * Makes the view of an item. When an item comes back with the same id and another type, it is drawn
 * from scratch.
 */
export function itemView(item: Item, host: ItemHost): ItemView {
  const element = el('div', { class: 'item' })
  let type: Item['type'] | undefined
  let draw: (item: Item) => void = () => {}
  const update = (now: Item) => {
    try {
      if (now.type !== type) {
        type = now.type
        const made = kind(now, host)
        draw = made.draw
        element.replaceChildren(...(made.element ? [made.element] : []))
        element.hidden = !made.element
      }
      draw(now)
    } catch {
      // A server may send what the wire's types forbid. The other items must still be shown.
      type = undefined
      element.replaceChildren(unknownPart(host))
    }
  }
  update(item)
  return { element, update }
}

interface Kind {
  readonly element?: HTMLElement
  readonly draw: (item: Item) => void
}

function kind(item: Item, host: ItemHost): Kind {
  switch (item.type) {
    case 'user_message':
      return of(item.type, userMessage(host))
    case 'assistant_message':
      return of(item.type, assistantMessage(host))
    case 'client_tool_call':
      return of(item.type, toolCall(host))
    case 'widget':
      return of(item.type, widgetItem(host))
    case 'generated_image':
      return of(item.type, generatedImage(host))
    case 'structured_input':
      return of(item.type, structuredInput(host))
    case 'task': {
      const { element, update } = taskView(host)
      return of(item.type, { element, update: ({ task }) => update(task) })
    }
    case 'workflow':
      return of(item.type, workflowView(host))
    case 'end_of_turn':
    case 'hidden_context_item':
    case 'sdk_hidden_context':
      return { draw: () => {} }
    default:
      return { element: unknownPart(host), draw: () => {} }
  }
}

/** Lets a view of one kind of item take any item. It is given items of its kind only. */
function of<T extends Item['type']>(
  type: T,
  { element, update }: View<Extract<Item, { readonly type: T }>>,
): Kind {
  const isOne = (item: Item): item is Extract<Item, { readonly type: T }> => item.type === type
  return { element, draw: (item) => isOne(item) && update(item) }
}
