// The `fetch` for one principal and one MCP server: what any agent framework takes. It carries the credential, and answers a tool call that
// could not be made with one fixed sentence, so that every framework tells the model the same and none sees a foreign error text.

import type { CarryOptions } from '../core/carry.ts'
import { carryingFetch } from '../core/carry.ts'
import { parseChallenge } from '../core/challenge.ts'
import { AuthError, type Refusal } from '../core/errors.ts'
import { toError, toSentence } from '../core/wire.ts'

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
    const call = init?.method === 'POST' && typeof init.body === 'string' ? toolCallOf(init.body) : undefined
    try {
      const response = await carry(input, init)
      if (response.ok) return response
      if (response.status === 403) throw toError(await insufficient(response, options))
      if (response.status >= 500) {
        await response.body?.cancel()
        throw toError({ reason: 'server_unavailable', server: options.name })
      }
      return await withoutForeignText(response)
    } catch (error) {
      if (call === undefined || !(error instanceof AuthError) || error.code === 'cancelled') throw error
      return toolResult(call, toSentence(error.refusal))
    }
  }
}

/** The JSON-RPC id of a single `tools/call` request; undefined for anything else. */
function toolCallOf(body: string): string | number | undefined {
  if (!body.includes('tools/call')) return undefined
  try {
    const message: unknown = JSON.parse(body)
    if (typeof message !== 'object' || message === null || !('method' in message) || message.method !== 'tools/call')
      return undefined
    return 'id' in message && (typeof message.id === 'string' || typeof message.id === 'number') ? message.id : undefined
  } catch {
    return undefined
  }
}

/** The scopes of a challenge are the server's words: only those that the binding knows are repeated to the model. */
async function insufficient(response: Response, options: McpFetchOptions): Promise<Refusal> {
  const challenge = parseChallenge(response.headers.get('www-authenticate'))
  await response.body?.cancel()
  if (challenge.error !== 'insufficient_scope') return { reason: 'server_refused', server: options.name }
  const known = challenge.scopes.filter((scope) => options.knownScopes.includes(scope))
  return { reason: 'scope_missing', server: options.name, scopes: known }
}

function toolResult(id: string | number, sentence: string): Response {
  return Response.json({
    jsonrpc: '2.0',
    id,
    result: { resultType: 'complete', content: [{ type: 'text', text: sentence }], isError: true },
  })
}

/** Error answers below 500 steer the protocol (404, 405, version negotiation): their codes pass, their texts do not. */
async function withoutForeignText(response: Response): Promise<Response> {
  const { status } = response
  const text = await readAtMost(response, LARGEST_ERROR)
  const problem = parseProblem(text)
  const headers = {
    'content-type': 'application/json',
    ...(response.headers.has('allow') ? { allow: response.headers.get('allow') ?? '' } : {}),
  }
  if (!problem) return new Response(null, { status, headers })
  return new Response(JSON.stringify({ jsonrpc: '2.0', id: problem.id, error: problem.error }), { status, headers })
}

/** Bytes of an error answer that are looked at. */
const LARGEST_ERROR = 16_384

async function readAtMost(response: Response, limit: number): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
    if (text.length > limit) {
      await reader.cancel()
      return ''
    }
  }
}

/** A JSON-RPC error reduced to its code, and to protocol versions where it names them (`supported`, for negotiation). */
function parseProblem(text: string): { readonly id: string | number | null; readonly error: object } | undefined {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null || !('error' in body)) return undefined
    const { error } = body
    if (typeof error !== 'object' || error === null || !('code' in error) || !Number.isInteger(error.code)) return undefined
    const id = 'id' in body && (typeof body.id === 'string' || typeof body.id === 'number') ? body.id : null
    const data = 'data' in error && typeof error.data === 'object' && error.data !== null ? error.data : {}
    const supported = 'supported' in data && Array.isArray(data.supported) ? data.supported.filter(isRevision) : []
    return {
      id,
      error: {
        code: error.code,
        message: 'The MCP server refused the request.',
        ...(supported.length > 0 ? { data: { supported } } : {}),
      },
    }
  } catch {
    return undefined
  }
}

function isRevision(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
}
