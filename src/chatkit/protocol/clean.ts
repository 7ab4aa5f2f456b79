// Items and updates as they are stored and sent: of the right thread, and without the nulls that mean absent.

import type { AnswerEvent } from './event.ts'
import type { Item } from './item.ts'
import { withoutNulls } from './json.ts'

/**
 * An item of a thread. In widgets null means absent, at every depth; elsewhere free-form values keep theirs.
 *
 * @throws TypeError when it says that it belongs to another thread.
 */
export function cleanItem(item: Item, threadId: string): Item {
  if (item.thread_id !== threadId) throw new TypeError('An item belongs to another thread')
  if (item.type === 'widget') return { ...item, widget: withoutNulls(item.widget) }
  if (item.type !== 'client_tool_call' || item.output !== null) return item
  const { output: _, ...call } = item
  return call
}

/** An update of a pending item, by the same rule. */
export function cleanUpdate(
  event: Extract<AnswerEvent, { type: 'thread.item.updated' }>,
): AnswerEvent {
  const { update } = event
  if (update.type === 'widget.root.updated')
    return { ...event, update: { ...update, widget: withoutNulls(update.widget) } }
  if (update.type !== 'widget.component.updated') return event
  return { ...event, update: { ...update, component: withoutNulls(update.component) } }
}
