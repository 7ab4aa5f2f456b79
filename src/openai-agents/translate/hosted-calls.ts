// Calls of the provider's own tools, and the images that it makes: each is announced once and
// completed once.

import type { AgentEvent } from '../../agent/events.ts'
import { type Fields, hostedDone, hostedToolOf, imageUrl, textIn } from './provider-item.ts'

/** The calls of one run. Each method puts its events at the end of `out`. */
export interface HostedCalls {
  /** Announces a call. Other items are ignored. */
  begin(item: Fields, out: AgentEvent[]): void
  /** Completes a call, and announces it first if nothing did. */
  complete(item: Fields, out: AgentEvent[]): void
  /** Shows an image that is not complete yet. */
  showPartialImage(event: Fields, out: AgentEvent[]): void
}

/** Begins without any call. */
export function hostedCalls(): HostedCalls {
  /** Every call that was announced, by its id, and whether it is complete. */
  const isComplete = new Map<string, boolean>()

  function begin(item: Fields, out: AgentEvent[]): void {
    const id = textIn(item.id)
    if (id === undefined || isComplete.has(id)) return
    const tool = hostedToolOf(item.type)
    if (tool) out.push({ type: 'hosted_started', callId: id, tool })
    else if (item.type === 'image_generation_call') out.push({ type: 'image_started', callId: id })
    else return
    isComplete.set(id, false)
  }

  return {
    begin,
    complete(item, out) {
      const id = textIn(item.id)
      if (id === undefined || isComplete.get(id) === true) return
      const tool = hostedToolOf(item.type)
      if (!tool && item.type !== 'image_generation_call') return
      begin(item, out)
      isComplete.set(id, true)
      if (tool) out.push(hostedDone(id, tool, item))
      else pushImage(id, item.result, item.output_format, true, out)
    },
    showPartialImage({ item_id, partial_image_b64, output_format }, out) {
      pushImage(item_id, partial_image_b64, output_format, false, out)
    },
  }
}

function pushImage(
  callId: unknown,
  base64: unknown,
  format: unknown,
  complete: boolean,
  out: AgentEvent[],
): void {
  const url = imageUrl(base64, format)
  if (typeof callId === 'string' && url !== undefined)
    out.push({ type: 'image', callId, url, complete })
}
