// Any item of a conversation on the page. A kind that is not known, or that cannot be drawn, is a quiet line and never the end of the page.

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

/** An item on the page. An item that comes back under the same id with another type is drawn anew. */
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
      // What a server sent is not what the wire's types say: the other items are shown all the same.
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

/** A view of one kind of item, for any item: it is given none of another kind. */
function of<T extends Item['type']>(
  type: T,
  { element, update }: View<Extract<Item, { readonly type: T }>>,
): Kind {
  const isOne = (item: Item): item is Extract<Item, { readonly type: T }> => item.type === type
  return { element, draw: (item) => isOne(item) && update(item) }
}
