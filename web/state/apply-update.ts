// Changes a pending item by an update (section 7 of the protocol). Pure. An update that does not
// fit its item changes nothing.

import type { ItemUpdate } from '../../src/chatkit/protocol/event.ts'
import type { AssistantContent, Item } from '../../src/chatkit/protocol/item.ts'
import type { JsonObject, JsonValue } from '../../src/chatkit/protocol/json.ts'
import { isObject } from '../client/json.ts'

/**
 * No answer has so many parts, steps or so much text. The rest is left out, so that no stream fills
 * the page's memory.
 */
const MAX_PARTS = 200
const MAX_TEXT_CHARS = 2_000_000
/** Widgets nest less deeply than this. */
const MAX_DEPTH = 64

const EMPTY: AssistantContent = Object.freeze({
  type: 'output_text',
  text: '',
  annotations: Object.freeze([]),
})

/** Returns the item after the update; the same object when it does not change. */
export function applyUpdate(item: Item, update: ItemUpdate): Item {
  switch (update.type) {
    case 'assistant_message.content_part.added':
    case 'assistant_message.content_part.done':
      return withPart(item, update.content_index, () => update.content)
    case 'assistant_message.content_part.text_delta':
      return withPart(item, update.content_index, (part) => ({
        ...part,
        text: grown(part.text, update.delta),
      }))
    case 'assistant_message.content_part.annotation_added':
      return withPart(item, update.content_index, (part) =>
        part.annotations.length >= MAX_PARTS
          ? part
          : {
              ...part,
              annotations: part.annotations.toSpliced(
                update.annotation_index,
                0,
                update.annotation,
              ),
            },
      )
    case 'widget.streaming_text.value_delta':
      return withComponent(item, update.component_id, (component) => ({
        ...component,
        value: grown(typeof component.value === 'string' ? component.value : '', update.delta),
        ...(update.done ? { streaming: false } : {}),
      }))
    case 'widget.root.updated':
      return item.type === 'widget' ? { ...item, widget: update.widget } : item
    case 'widget.component.updated':
      return withComponent(item, update.component_id, () => update.component)
    case 'workflow.task.added':
      if (item.type !== 'workflow' || item.workflow.tasks.length >= MAX_PARTS) return item
      return {
        ...item,
        workflow: { ...item.workflow, tasks: [...item.workflow.tasks, update.task] },
      }
    case 'workflow.task.updated': {
      if (item.type !== 'workflow' || update.task_index >= item.workflow.tasks.length) return item
      return {
        ...item,
        workflow: {
          ...item.workflow,
          tasks: item.workflow.tasks.with(update.task_index, update.task),
        },
      }
    }
    case 'generated_image.updated':
      return item.type === 'generated_image' ? { ...item, image: update.image } : item
  }
}

function grown(text: string, delta: string): string {
  return text.length >= MAX_TEXT_CHARS ? text : text + delta
}

function withPart(
  item: Item,
  index: number,
  change: (part: AssistantContent) => AssistantContent,
): Item {
  if (item.type !== 'assistant_message' || index >= MAX_PARTS) return item
  const padding = Array.from({ length: Math.max(0, index + 1 - item.content.length) }, () => EMPTY)
  const content = [...item.content, ...padding]
  return { ...item, content: content.with(index, change(content[index] ?? EMPTY)) }
}

function withComponent(
  item: Item,
  id: string,
  change: (component: JsonObject) => JsonObject,
): Item {
  if (item.type !== 'widget') return item
  const { type } = item.widget
  const changed = changedIn(item.widget, id, change, 0)
  return changed === item.widget || !isObject(changed)
    ? item
    : { ...item, widget: { ...changed, type } }
}

/**
 * Returns a copy in which the component with that id is changed; the value itself when it holds no
 * such component.
 */
function changedIn(
  value: JsonValue,
  id: string,
  change: (component: JsonObject) => JsonObject,
  depth: number,
): JsonValue {
  if (depth > MAX_DEPTH) return value
  if (isList(value)) {
    const children = value.map((child) => changedIn(child, id, change, depth + 1))
    return children.every((child, at) => child === value[at]) ? value : children
  }
  if (!isObject(value)) return value
  if (value.id === id) return change(value)
  const { children } = value
  if (children === undefined) return value
  const changed = changedIn(children, id, change, depth + 1)
  return changed === children ? value : { ...value, children: changed }
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
