// Finds the trail of an answer again: the server knows which items and conversations belong to which
// trace id.
import { record, text } from './json.ts'
import type { Tokens } from './tokens.ts'

/** Gives the trace id of an item's answer, or of the last answer in a thread. */
export async function findTrace(
  tokens: Tokens,
  kind: 'items' | 'threads',
  id: string,
): Promise<string | undefined> {
  const response = await tokens.fetch('chat', `/trace/${kind}/${encodeURIComponent(id)}`, {
    signal: AbortSignal.timeout(15_000),
  })
  return response.ok ? text(record(await response.json()).trace) : undefined
}
