// What changed between two states of a widget, as the updates that a client applies. Pure.

import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { ItemUpdate } from '../protocol/event.ts'
import type { WidgetRoot } from '../protocol/item.ts'

/** An update of a widget. */
export type WidgetUpdate = Extract<
  ItemUpdate,
  { readonly type: 'widget.root.updated' | 'widget.streaming_text.value_delta' }
>

/**
 * The updates that turn `before` into `after`. There are none when both are equal.
 *
 * When only the text of `Text` and `Markdown` components has grown, each of them gets a delta.
 * Every other change sends the whole root. So does text that a client could not find: without an
 * `id`, with the `id` of another component, or inside a component with a single child
 * (`Transition`).
 */
export function diffWidgets(before: WidgetRoot, after: WidgetRoot): readonly WidgetUpdate[] {
  const grown: WidgetUpdate[] = []
  if (!compare(before, after, grown)) return [{ type: 'widget.root.updated', widget: after }]
  const ids = new Map<string, number>()
  if (grown.length > 0) countIds(after, ids)
  const found = grown.every(
    (update) =>
      update.type !== 'widget.streaming_text.value_delta' || ids.get(update.component_id) === 1,
  )
  return found ? grown : [{ type: 'widget.root.updated', widget: after }]
}

/** Compares two components and collects growing text. False when they differ in anything else. */
function compare(before: JsonObject, after: JsonObject, grown: WidgetUpdate[]): boolean {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = propertyOf(before, name)
    const is = propertyOf(after, name)
    if (name === 'children' && Array.isArray(was) && Array.isArray(is)) {
      if (was.length !== is.length) return false
      if (!is.every((child, index) => compareChild(was[index] ?? null, child, grown))) return false
    } else if (!isEqual(was, is)) {
      const delta = name === 'value' ? growth(after, was, is) : undefined
      if (!delta) return false
      grown.push(delta)
    }
  }
  return true
}

function compareChild(was: JsonValue, is: JsonValue, grown: WidgetUpdate[]): boolean {
  return isObject(was) && isObject(is) ? compare(was, is, grown) : isEqual(was, is)
}

function growth(
  { type, id, streaming }: JsonObject,
  was: JsonValue,
  is: JsonValue,
): WidgetUpdate | undefined {
  if (type !== 'Text' && type !== 'Markdown') return undefined
  if (
    typeof id !== 'string' ||
    typeof was !== 'string' ||
    typeof is !== 'string' ||
    !is.startsWith(was)
  )
    return undefined
  const delta = is.slice(was.length)
  return {
    type: 'widget.streaming_text.value_delta',
    component_id: id,
    delta,
    done: streaming !== true,
  }
}

/** Counts the components that have each id. */
function countIds(component: JsonValue, ids: Map<string, number>): void {
  if (!isObject(component)) return
  const { id, children } = component
  if (typeof id === 'string') ids.set(id, (ids.get(id) ?? 0) + 1)
  if (Array.isArray(children)) for (const child of children) countIds(child, ids)
  else countIds(children ?? null, ids)
}

/**
 * The order of keys does not matter. Absent, null and undefined are equal, because widgets are sent
 * without nulls.
 */
function isEqual(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((element, index) => isEqual(element, b[index] ?? null))
  if (!isObject(a) || !isObject(b)) return false
  return [...Object.keys(a), ...Object.keys(b)].every((name) =>
    isEqual(propertyOf(a, name), propertyOf(b, name)),
  )
}

function propertyOf(object: JsonObject, name: string): JsonValue {
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null
}
