// The `fetch` for one principal and one MCP server: what any agent framework takes. It carries the credential, and answers a tool call that
// could not be made with one fixed sentence, so that every framework tells the model the same and none sees a foreign error text.

import { type CarryOptions, carryingFetch } from '../core/carry.ts'
import { parseChallenge } from '../core/challenge.ts'
import { AuthError, type Refusal } from '../core/errors.ts'
import { toError, toSentence } from '../core/wire.ts'
import { type Asked, readAsked, withoutForeignText } from './rpc.ts'

/** What the MCP `fetch` is made of; the destination is the server's URL and nothing else. */
export interface McpFetchOptions extends Omit<CarryOptions, 'approves' | 'hop'> {
  readonly url: string
  /** Scopes that may be named to the model when the server asks for them. */
  readonly knownScopes: readonly string[]
}

/**
 * Makes the `fetch` of one principal for one MCP server (Streamable HTTP, both protocol revisions).
 *
 * A refused or failed `tools/call` is answered as a tool result with `isError`; any other request throws {@link AuthError}. Bodies of
 * error answers never pass: MCP clients put them into exceptions, and servers echo what they were sent.
 */
export function mcpFetch(options: McpFetchOptions): typeof globalThis.fetch {
  const bound = new URL(options.url)
  const carry = carryingFetch({ ...options, hop: 'carry', approves: (url) => url.href === bound.href })

  return async (input, init) => {
    // Read only when something goes wrong: every call that goes well would pay for it.
    const asked = () => (typeof init?.body === 'string' ? readAsked(init.body) : undefined)
    try {
      const response = await carry(input, init)
      if (response.ok) return response
      const problem = problemOf(response, options)
      if (!problem) return await withoutForeignText(response, asked())
      response.body?.cancel().catch(() => {})
      throw toError(problem)
    } catch (error) {
      const call = asked()
      if (!call?.toolCall || !(error instanceof AuthError) || error.code === 'cancelled') throw error
      return toolResult(call, toSentence(error.refusal))
    }
  }
}

/** What ends the request here; undefined for answers below 500 that steer the protocol (404, 405, version negotiation). */
function problemOf(response: Response, { name: server, knownScopes }: McpFetchOptions): Refusal | undefined {
  if (response.status >= 500) return { reason: 'server_unavailable', server }
  if (response.status !== 403) return undefined
  const challenge = parseChallenge(response.headers.get('www-authenticate'))
  if (challenge.error !== 'insufficient_scope') return { reason: 'server_refused', server }
  // The scopes of a challenge are the server's words: only those that the binding knows are repeated to the model.
  return { reason: 'scope_missing', server, scopes: challenge.scopes.filter((scope) => knownScopes.includes(scope)) }
}

function toolResult({ id }: Asked, sentence: string): Response {
  return Response.json({
    jsonrpc: '2.0',
    id,
    result: { resultType: 'complete', content: [{ type: 'text', text: sentence }], isError: true },
  })
}
