// What changed between two states of a widget, as the updates that a client applies. Pure; it knows no item.

import type { ItemUpdate } from '../protocol/event.ts'
import type { WidgetRoot } from '../protocol/item.ts'
import type { Json, JsonObject } from '../protocol/json.ts'

/** An update of a widget. */
export type WidgetUpdate = Extract<
  ItemUpdate,
  { readonly type: 'widget.root.updated' | 'widget.streaming_text.value_delta' }
>

/**
 * The updates that make `after` of `before`, none when they are equal. Where nothing but the text of `Text` and `Markdown` components has grown,
 * each of those has its delta; anything else is the whole root again, which is also what text gets that a client could not find: without an
 * `id`, with one that another component has too, or inside a component that has one child and no list of them (`Transition`).
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

/** Compares two components. False: they differ in something that is no growing text with an id. */
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

function compareChild(was: Json, is: Json, grown: WidgetUpdate[]): boolean {
  return isObject(was) && isObject(is) ? compare(was, is, grown) : isEqual(was, is)
}

function growth(
  { type, id, streaming }: JsonObject,
  was: Json,
  is: Json,
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

/** How often each id is that of a component. */
function countIds(component: Json, ids: Map<string, number>): void {
  if (!isObject(component)) return
  const { id, children } = component
  if (typeof id === 'string') ids.set(id, (ids.get(id) ?? 0) + 1)
  if (Array.isArray(children)) for (const child of children) countIds(child, ids)
  else countIds(children ?? null, ids)
}

/** The order of keys means nothing; absent, null and undefined are one: widgets leave without nulls. */
function isEqual(a: Json, b: Json): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => isEqual(one, b[index] ?? null))
  if (!isObject(a) || !isObject(b)) return false
  return [...Object.keys(a), ...Object.keys(b)].every((name) =>
    isEqual(propertyOf(a, name), propertyOf(b, name)),
  )
}

function propertyOf(object: JsonObject, name: string): Json {
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
