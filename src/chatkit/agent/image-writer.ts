// Images that a model makes, as items. An item changes until its image is complete.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { ItemBase } from '../protocol/item.ts'
import type { NewItem } from './new-item.ts'

/** An event about an image. */
export type ImageEvent = Extract<AgentEvent, { type: 'image_started' | 'image' }>

/**
 * Makes the writer. It puts the events at the end of `out`. An image that never becomes complete is
 * not stored.
 */
export function imageWriter(newItem: NewItem): (event: ImageEvent, out: AnswerEvent[]) => void {
  const open = new Map<string, ItemBase>()
  return (event, out) => {
    let base = open.get(event.callId)
    if (!base) {
      base = newItem('message')
      open.set(event.callId, base)
      out.push({ type: 'thread.item.added', item: { ...base, type: 'generated_image' } })
    }
    if (event.type === 'image_started') return
    const image = { id: base.id, url: event.url }
    if (event.complete) {
      open.delete(event.callId)
      out.push({ type: 'thread.item.done', item: { ...base, type: 'generated_image', image } })
    } else
      out.push({
        type: 'thread.item.updated',
        item_id: base.id,
        update: { type: 'generated_image.updated', image },
      })
  }
}
