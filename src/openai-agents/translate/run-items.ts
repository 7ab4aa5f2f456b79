// The items that the framework reports beside the model's stream: tool calls, their results, and
// handoffs.

import type { RunStreamEvent } from '@openai/agents'
import type { AgentEvent } from '../../agent/events.ts'
import type { ToolOfServer } from '../servers/tool-names.ts'
import type { HostedCalls } from './hosted-calls.ts'

/** An item of the framework's. */
export type RunItem = Extract<RunStreamEvent, { type: 'run_item_stream_event' }>['item']
type CallItem = Extract<RunItem, { type: 'tool_call_item' }>
type ResultItem = Extract<RunItem, { type: 'tool_call_output_item' }>

/** Translates the items. It puts what an item becomes at the end of `out`. */
export type RunItems = (item: RunItem, out: AgentEvent[]) => void

/**
 * Begins without any call.
 *
 * @param servers The tools of servers, by their names for the model.
 * @param isSilent Whether the person sees a call by other means, so that it has no events.
 */
export function runItems(
  servers: ReadonlyMap<string, ToolOfServer>,
  isSilent: (name: string, callId: string) => boolean,
  calls: HostedCalls,
): RunItems {
  /** Names of the calls that were made, by their ids: a result may come with another name. */
  const names = new Map<string, string>()

  function takeCall({ rawItem }: CallItem, out: AgentEvent[]): void {
    if (rawItem.type === 'function_call') {
      const { callId, name } = rawItem
      if (isSilent(name, callId)) return
      const owner = servers.get(name)
      names.set(callId, owner?.tool ?? name)
      out.push({
        type: 'tool_started',
        callId,
        name: owner?.tool ?? name,
        ...(owner ? { server: owner.server } : {}),
      })
    } else if (rawItem.type === 'hosted_tool_call') {
      // Where the provider streams, this call is complete already.
      const { providerData, name: type, id, output: result } = rawItem
      calls.complete({ ...providerData, type, id, result }, out)
    }
  }

  function takeResult(item: ResultItem, out: AgentEvent[]): void {
    const { rawItem } = item
    if (rawItem.type !== 'function_call_result') return
    const { callId, name } = rawItem
    if (isSilent(name, callId)) return
    // A server's tool is done only if the call came back with that outcome. Everything else counts
    // as failed.
    const isDone = servers.has(name)
      ? item.customData?.outcome === 'done'
      : item.executionStatus === 'executed'
    out.push({
      type: 'tool_done',
      callId,
      name: names.get(callId) ?? name,
      outcome: isDone ? 'done' : 'failed',
    })
  }

  return (item, out) => {
    if (item.type === 'tool_call_item') takeCall(item, out)
    else if (item.type === 'tool_call_output_item') takeResult(item, out)
    else if (item.type === 'handoff_output_item')
      out.push({ type: 'handoff', to: item.targetAgent.name })
  }
}
