// The framework's stream as our events, one after the other. Arguments and results of tools are
// left out.

import type { RunStreamEvent } from '@openai/agents'
import type { AgentEvent } from '../../agent/events.ts'
import type { ToolOfServer } from '../servers/tool-names.ts'
import { hostedCalls } from './hosted-calls.ts'
import { messageText } from './message-text.ts'
import { modelEvents } from './model-events.ts'
import { runItems } from './run-items.ts'

/** Translates the events of one run. */
export interface Translator {
  /**
   * Puts what an event becomes at the end of `out`. The caller owns that array and uses it again,
   * so that a piece of text costs one object.
   */
  take(event: RunStreamEvent, out: AgentEvent[]): void
  /** The text that was completed last. */
  lastText(): string
}

/**
 * Begins a translation.
 *
 * @param servers The tools of servers, by their names for the model.
 * @param isSilent Whether the person sees a call by other means, so that it has no events.
 */
export function translator(
  servers: ReadonlyMap<string, ToolOfServer> = new Map(),
  isSilent: (name: string, callId: string) => boolean = () => false,
): Translator {
  const message = messageText()
  const calls = hostedCalls()
  const takeModelEvent = modelEvents(message, calls)
  const takeItem = runItems(servers, isSilent, calls)
  return {
    lastText: message.lastText,
    take(event, out) {
      if (event.type === 'raw_model_stream_event') takeModelEvent(event.data, out)
      else if (event.type === 'run_item_stream_event') takeItem(event.item, out)
    },
  }
}
