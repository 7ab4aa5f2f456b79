// The conversation so far, as the framework's input items.

import type { AgentInputItem } from '@openai/agents'
import type { AgentTurn } from '../agent/turn.ts'
import { isObject, parseJson } from '../core/json.ts'
import { callAndResult } from './paused-run.ts'

type ToolTurn = Extract<AgentTurn, { role: 'tool' }>

/**
 * The items of a conversation, oldest first. No two calls have the same id, and each has its result.
 *
 * What a provider wants before a call, its reasoning, is given only since the person's last message:
 * earlier reasoning is not read any more, and its ids mean nothing to another model or after a
 * while.
 *
 * @param fill Puts the values of this run in place of their names.
 */
export function inputOf(
  turns: readonly AgentTurn[],
  fill: (json: string) => string = (json) => json,
): readonly AgentInputItem[] {
  const lastMessage = turns.findLastIndex(({ role }) => role === 'user')
  const used = new Set<string>()
  return turns.flatMap((turn, index) =>
    turn.role === 'tool'
      ? itemsOfCall(
          { ...turn, callId: unused(turn.callId, used), arguments: fill(turn.arguments) },
          index > lastMessage,
        )
      : itemsOfTurn(turn),
  )
}

function itemsOfTurn(turn: Exclude<AgentTurn, ToolTurn>): readonly AgentInputItem[] {
  if (turn.role === 'assistant') {
    const content = [{ type: 'output_text', text: turn.text }] as const
    return [{ role: 'assistant', status: 'completed', content: [...content] }]
  }
  const { text, images = [] } = turn
  if (images.length === 0) return [{ role: 'user', content: text }]
  const parts = images.map((image) => ({ type: 'input_image', image }) as const)
  return [{ role: 'user', content: [{ type: 'input_text', text }, ...parts] }]
}

function itemsOfCall(turn: ToolTurn, withLead: boolean): readonly AgentInputItem[] {
  const [call, result] = callAndResult(turn, turn.output)
  if (!call || !result) return []
  const lead = withLead && turn.lead !== undefined ? parseJson(turn.lead) : undefined
  const ownCall = Array.isArray(lead) ? lead.at(-1) : undefined
  if (!Array.isArray(lead) || !isObject(ownCall)) return [call, result]
  // `call-keeper.ts` wrote the lead, so its shape is trusted. The call keeps the provider's id, by
  // which its reasoning finds it.
  return [...lead.slice(0, -1), { ...ownCall, ...call }, result] as AgentInputItem[]
}

/** Some providers count the calls of each answer anew. */
function unused(callId: string, used: Set<string>): string {
  let id = callId
  for (let number = 1; used.has(id); number++) id = `call${String(number).padStart(5, '0')}`
  used.add(id)
  return id
}
