// Tells what tools have answered, for the app to draw: cut, and without credentials.

import type { RunStreamEvent } from '@openai/agents'
import type { AgentEvent } from '../agent/events.ts'
import { keptArguments, keptOutput, structuredIn } from '../agent/keep.ts'
import type { PromptedValues } from './prompted-values.ts'
import type { ToolOfServer } from './servers/tool-names.ts'

/** Tells the results of one run. */
export interface ResultTeller {
  /** Puts what an event of the framework says about a result at the end of `out`. */
  take(event: RunStreamEvent, out: AgentEvent[]): void
}

/**
 * Begins without any call.
 *
 * @param owners The tools of servers, by their names for the model.
 * @param isElsewhere Whether a call waits for the person or the page, so that it is not made here.
 */
export function resultTeller(
  owners: ReadonlyMap<string, ToolOfServer>,
  { hide }: Pick<PromptedValues, 'hide'>,
  isElsewhere: (name: string, callId: string) => boolean,
): ResultTeller {
  const calls = new Map<string, { readonly name: string; readonly args: string }>()
  return {
    take(event, out) {
      if (event.type !== 'run_item_stream_event') return
      const { item } = event
      const { rawItem } = item
      if (item.type === 'tool_call_item' && rawItem?.type === 'function_call')
        calls.set(rawItem.callId, { name: rawItem.name, args: rawItem.arguments })
      if (item.type !== 'tool_call_output_item' || rawItem?.type !== 'function_call_result') return
      const { callId } = rawItem
      const call = calls.get(callId)
      if (!call || isElsewhere(call.name, callId)) return
      const owner = owners.get(call.name)
      const output = owner
        ? { content: [], structuredContent: item.customData?.structured }
        : item.output
      const value = structuredIn(output, hide)
      out.push({
        type: 'tool_result',
        callId,
        name: owner?.tool ?? call.name,
        ...(owner ? { server: owner.server } : {}),
        arguments: keptArguments(call.args, hide),
        text: keptOutput(rawItem.output, hide),
        ...(value === undefined ? {} : { structured: value }),
      })
    },
  }
}
