// Prepares items and updates to be stored and sent: checks their thread, and drops nulls that mean
// "absent".

import type { AnswerEvent } from './event.ts'
import type { Item } from './item.ts'
import { withoutNulls } from './json.ts'

type Updated = Extract<AnswerEvent, { type: 'thread.item.updated' }>

/**
 * Cleans an item. In a widget, null means "absent" at every depth, so nulls are dropped. Other
 * free-form values keep their nulls.
 *
 * @throws TypeError when the item says that it belongs to another thread.
 */
export function cleanItem(item: Item, threadId: string): Item {
  if (item.thread_id !== threadId) throw new TypeError('An item belongs to another thread')
  if (item.type === 'widget') return { ...item, widget: withoutNulls(item.widget) }
  if (item.type !== 'client_tool_call' || item.output !== null) return item
  const { output: _, ...call } = item
  return call
}

/** Cleans an update of a pending item, by the same rule. */
export function cleanUpdate(event: Updated): Updated {
  const { update } = event
  if (update.type === 'widget.root.updated')
    return { ...event, update: { ...update, widget: withoutNulls(update.widget) } }
  if (update.type !== 'widget.component.updated') return event
  return { ...event, update: { ...update, component: withoutNulls(update.component) } }
}
