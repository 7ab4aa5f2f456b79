// Runs a tool of the page that the agent has called.

import type { ClientToolCallItem } from '../../src/chatkit/protocol/item.ts'
import type { JsonValue } from '../../src/chatkit/protocol/json.ts'
import type { ClientTool } from './parts.ts'

/** What the agent gets from the tool. */
export interface ToolOutcome {
  readonly result: JsonValue
}

/**
 * Runs the tool. Returns undefined as soon as the signal is aborted. A failure of the tool is a
 * result, too.
 */
export async function runPageTool(
  tool: ClientTool | undefined,
  call: ClientToolCallItem,
  signal: AbortSignal,
): Promise<ToolOutcome | undefined> {
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return await Promise.race([callTool(tool, call, signal), aborted])
}

async function callTool(
  tool: ClientTool | undefined,
  { name, arguments: params }: ClientToolCallItem,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  if (!tool) return { result: { error: 'The page has no tool of this name.' } }
  try {
    return { result: (await tool({ name, params }, { signal })) ?? null }
  } catch {
    // The tool's own message is not sent: it was not written for a model.
    return { result: { error: 'The tool failed in the page.' } }
  }
}
