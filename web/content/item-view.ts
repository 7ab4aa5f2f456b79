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

type ItemOf<T extends Item['type']> = Extract<Item, { readonly type: T }>

/** Makes the view of each type of item. Undefined: the type is not shown. */
const VIEWS: {
  readonly [T in Item['type']]: ((host: ItemHost) => View<ItemOf<T>>) | undefined
} = {
  user_message: userMessage,
  assistant_message: assistantMessage,
  client_tool_call: toolCall,
  widget: widgetItem,
  generated_image: generatedImage,
  structured_input: structuredInput,
  task(host) {
    const { element, update } = taskView(host)
    return { element, update: ({ task }) => update(task) }
  },
  workflow: workflowView,
  end_of_turn: undefined,
  hidden_context_item: undefined,
  sdk_hidden_context: undefined,
}

/**
 * Makes the view of an item. When an item comes back with the same id and another type, it is drawn
 * from scratch.
 */
export function itemView(item: Item, host: ItemHost): ItemView {
  const element = el('div', { class: 'item' })
  let type: Item['type'] | undefined
  let view: View<Item> | undefined
  const update = (now: Item) => {
    try {
      if (now.type !== type) {
        type = now.type
        view = makeView(type, host)
        element.replaceChildren(...(view ? [view.element] : []))
        element.hidden = !view
      }
      view?.update(now)
    } catch {
      // A server may send what the wire's types forbid. The other items must still be shown.
      type = undefined
      element.replaceChildren(unknownPart(host))
    }
  }
  update(item)
  return { element, update }
}

function makeView(type: Item['type'], host: ItemHost): View<Item> | undefined {
  // A newer server may send a type that this page does not know.
  if (!Object.hasOwn(VIEWS, type)) return { element: unknownPart(host), update: () => {} }
  // The view is given items of its own type only.
  return VIEWS[type]?.(host) as View<Item> | undefined
}
