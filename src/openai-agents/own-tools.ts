// The app's own tools in a run. One that needs an approval waits as a server's tool does.

import type { Tool } from '@openai/agents'
import { plainArguments } from '../agent/asking.ts'
import { writeJson } from '../core/json.ts'
import type { ApprovalGate } from './approval.ts'

/** Where a person reads that a tool is: not on a server. */
export const OWN = 'this app'

/**
 * The tools by their names. A call that was approved is not asked about again.
 *
 * @throws TypeError for two tools of one name.
 */
export function ownTools(tools: readonly Tool[], gate: ApprovalGate): ReadonlyMap<string, Tool> {
  const byName = new Map<string, Tool>()
  for (const tool of tools) {
    if (byName.has(tool.name)) throw new TypeError('tools: each needs a name of its own')
    byName.set(tool.name, gated(tool, gate))
  }
  return byName
}

function gated(tool: Tool, gate: ApprovalGate): Tool {
  if (tool.type !== 'function') return tool
  const { name } = tool
  const callOf = (callId: string, text: string | undefined) => ({
    callId,
    name,
    arguments: plainArguments(text ?? '') ?? '',
  })
  const needsApproval: typeof tool.needsApproval = async (context, input, callId = '') =>
    !gate.has(callOf(callId, writeJson(input ?? {}))) && tool.needsApproval(context, input, callId)
  const invoke: typeof tool.invoke = (context, input, details) => {
    gate.take(callOf(details?.toolCall?.callId ?? '', input))
    return tool.invoke(context, input, details)
  }
  return { ...tool, needsApproval, invoke }
}
