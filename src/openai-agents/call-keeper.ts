// The calls of a run as the conversation keeps them: what the model wrote and what it read, cut, and
// without credentials.

import type { RunStreamEvent } from '@openai/agents'
import { withoutCredentials } from '../agent/credential-likeness.ts'
import type { AgentEvent } from '../agent/events.ts'
import { keptArguments, keptOutput } from '../agent/keep.ts'
import type { KeptCall } from '../agent/turn.ts'
import { writeJson } from '../core/json.ts'
import type { PromptedValues } from './prompted-values.ts'
import type { RunItem } from './translate/run-items.ts'

/** A longer lead is left out: it is the reasoning, which the model can do again. */
const MAX_LEAD_CHARS = 32_000

/** Keeps the calls of one run. */
export interface CallKeeper {
  /** Puts what an event of the framework says about a call at the end of `out`. */
  take(event: RunStreamEvent, out: AgentEvent[]): void
  /**
   * The calls again, with what their provider wants to be given before each: the run ends, and
   * another one goes on before the person says anything.
   *
   * @param waiting Ids of calls that are not made here.
   */
  leads(waiting: readonly string[]): readonly AgentEvent[]
}

/** Arguments and lead of a call as the model wrote them. */
interface Seen {
  readonly call: KeptCall
  readonly items: readonly unknown[]
}

/**
 * Begins without any call.
 *
 * @param isElsewhere Whether a call waits for the person or the page, so that it is not made here.
 */
export function callKeeper(
  { hide }: Pick<PromptedValues, 'hide'>,
  isElsewhere: (name: string, callId: string) => boolean,
): CallKeeper {
  const seen = new Map<string, Seen>()
  /** The reasoning that no call or message has followed yet. */
  let reasoning: unknown[] = []

  function takeItem(item: RunItem, out: AgentEvent[]): void {
    const { rawItem } = item
    if (item.type === 'reasoning_item') reasoning.push(rawItem)
    else if (item.type === 'message_output_item') reasoning = []
    else if (item.type === 'tool_call_item' && rawItem.type === 'function_call') {
      const { callId, name } = rawItem
      const call = { callId, name, arguments: keptArguments(rawItem.arguments, hide) }
      seen.set(callId, { call, items: reasoning.length > 0 ? [...reasoning, rawItem] : [] })
      reasoning = []
      if (!isElsewhere(name, callId)) out.push({ type: 'call_kept', call })
    } else if (item.type === 'tool_call_output_item' && rawItem.type === 'function_call_result') {
      const before = seen.get(rawItem.callId)
      if (!before || isElsewhere(before.call.name, rawItem.callId)) return
      const call = { ...before.call, output: keptOutput(rawItem.output, hide) }
      seen.set(rawItem.callId, { ...before, call })
      out.push({ type: 'call_kept', call })
    }
  }

  return {
    take(event, out) {
      if (event.type === 'run_item_stream_event') takeItem(event.item, out)
    },
    leads: (waiting) =>
      [...seen.values()].flatMap(({ call, items }): AgentEvent[] => {
        const lead = items.length > 0 ? leadOf(items, hide) : undefined
        const isKept = call.output !== undefined || waiting.includes(call.callId)
        return lead !== undefined && isKept ? [{ type: 'call_kept', call: { ...call, lead } }] : []
      }),
  }
}

/** Undefined when it is long or quotes what nobody may keep. */
function leadOf(items: readonly unknown[], hide: PromptedValues['hide']): string | undefined {
  const text = writeJson(items)
  if (text === undefined || text.length > MAX_LEAD_CHARS || hide(text) !== text) return undefined
  return withoutCredentials(text) === text ? text : undefined
}
