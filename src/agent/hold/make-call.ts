// Makes one approved call, exactly as it was shown: a session of its own with the server, through the
// caller's `fetch`. No model and no framework takes part.

import type { UnknownObject } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import { resultIn } from '../../mcp/answer/result-in.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import { endSession, openSession, type SessionPlace, sendIn } from '../../mcp/own-session.ts'
import type { HeldCall } from './hold.ts'

/** Of a session whose revision the held request did not name. */
const REVISION = '2025-06-18'

const ID = 'onbehalf-tools/call'

/**
 * Makes the call.
 *
 * @param fetch The caller's, for the call's server.
 * @returns The result as the server gave it.
 * @throws AuthError `server_not_ready` when no session can be opened, so that nothing was sent, and
 *   `server_unavailable` when no result comes.
 */
export async function makeCall(
  call: HeldCall,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<UnknownObject> {
  const { url, server, revision = REVISION } = call
  const place: SessionPlace = { url, server, fetch, signal }
  const params = { name: call.tool, arguments: JSON.parse(call.arguments) as UnknownObject }
  if (call.meta) {
    // A revision without sessions (MCP 2026-07-28).
    const headers = new Headers({ 'mcp-method': 'tools/call', 'mcp-name': call.tool })
    const message = toolCall({ ...params, _meta: call.meta })
    return resultOf(await sendIn({ id: undefined, revision }, place, message, headers), call)
  }
  const clientInfo = { name: 'onbehalf', version: '1.0.0' }
  const session = await openSession(place, { clientInfo, revision })
  try {
    return await resultOf(await sendIn(session, place, toolCall(params)), call)
  } finally {
    await endSession(session, place).catch(() => {})
  }
}

function toolCall(params: UnknownObject): UnknownObject {
  return { jsonrpc: '2.0', id: ID, method: 'tools/call', params }
}

async function resultOf(response: Response, { server }: HeldCall): Promise<UnknownObject> {
  const result = response.ok ? await resultIn(response, ID, plainRules(server)) : undefined
  if (result) return result
  response.body?.cancel().catch(() => {})
  throw toError({ reason: 'server_unavailable', server })
}
