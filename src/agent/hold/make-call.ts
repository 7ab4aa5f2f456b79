// Makes one approved call, exactly as it was shown: a session of its own with the server, through the
// caller's `fetch`. No model and no framework takes part.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import { resultIn } from '../../mcp/answer/result-in.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import type { HeldCall } from './hold.ts'

/** Of a session whose revision the held request did not name. */
const REVISION = '2025-06-18'

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
  const send = sender(call, fetch, signal)
  const params = { name: call.tool, arguments: JSON.parse(call.arguments) as UnknownObject }
  if (call.meta) {
    const headers = { 'mcp-method': 'tools/call', 'mcp-name': call.tool }
    return resultOf(await send('tools/call', { ...params, _meta: call.meta }, headers), call)
  }
  const opened = await openSession(send, call)
  try {
    return resultOf(await send('tools/call', params, opened), call)
  } finally {
    if (opened['mcp-session-id'] !== undefined)
      await fetch(call.url, { method: 'DELETE', headers: opened, signal }).then(
        (response) => response.body?.cancel(),
        () => undefined,
      )
  }
}

type Headers = Readonly<Record<string, string>>
type Send = (method: string, params: UnknownObject | undefined, headers: Headers) => Promise<Answer>

interface Answer {
  readonly result: UnknownObject | undefined
  readonly session: string | null
}

function sender(
  { url, server, revision = REVISION }: HeldCall,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Send {
  return async (method, params, headers) => {
    const id = `onbehalf-${method}`
    const isRequest = params !== undefined
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        // The handshake itself is of no revision yet.
        ...(method === 'initialize' ? {} : { 'mcp-protocol-version': revision }),
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', method, ...(isRequest ? { id, params } : {}) }),
      signal,
    })
    const session = response.headers.get('mcp-session-id')
    if (response.ok && isRequest)
      return { result: await resultIn(response, id, plainRules(server)), session }
    await response.body?.cancel()
    return { result: undefined, session }
  }
}

/** The headers of a new session (MCP 2025-11-25, lifecycle). */
async function openSession(
  send: Send,
  { server, revision = REVISION }: HeldCall,
): Promise<Headers> {
  const params = {
    protocolVersion: revision,
    capabilities: {},
    clientInfo: { name: 'onbehalf', version: '1.0.0' },
  }
  const { result, session } = await send('initialize', params, {})
  if (!result) throw toError({ reason: 'server_not_ready', server })
  const agreed = typeof result.protocolVersion === 'string' ? result.protocolVersion : revision
  const headers = {
    'mcp-protocol-version': agreed,
    ...(session === null ? {} : { 'mcp-session-id': session }),
  }
  await send('notifications/initialized', undefined, headers)
  return headers
}

function resultOf({ result }: Answer, { server }: HeldCall): UnknownObject {
  if (!isObject(result)) throw toError({ reason: 'server_unavailable', server })
  return result
}
