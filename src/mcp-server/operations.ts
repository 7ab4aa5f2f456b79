// Which tools a request's body calls. The body alone decides; headers that say otherwise are refused. Pure.

import { problem } from './problem.ts'

/** The names of the tools that are called, or the answer to send. */
export type Operations =
  | { readonly ok: true; readonly tools: readonly string[] }
  | { readonly ok: false; readonly response: Response }

/**
 * Finds the tool calls of a body: one JSON-RPC message, or a batch of them (MCP 2025-03-26), every one of which counts.
 *
 * `Mcp-Method` and `Mcp-Name` (MCP 2026-07-28) must equal the body wherever they are sent: what stands behind may choose the tool by the
 * header while the scopes were checked by the body.
 */
export function operationsOf(body: unknown, headers: Headers): Operations {
  const batch = Array.isArray(body)
  const messages: readonly unknown[] = batch ? body : [body]
  if (messages.length === 0) return invalid('Invalid request: the batch is empty.')
  const tools: string[] = []
  let method: unknown
  for (const message of messages) {
    if (!isRecord(message)) return invalid('Invalid request: a JSON-RPC message must be an object.')
    method = own(message, 'method')
    if (method !== 'tools/call') continue
    const params = own(message, 'params')
    const name = isRecord(params) ? own(params, 'name') : undefined
    if (typeof name !== 'string' || name === '')
      return {
        ok: false,
        response: problem(400, -32_602, 'Invalid params: tools/call needs the name of a tool.'),
      }
    tools.push(name)
  }
  const methodHeader = headers.get('mcp-method')
  const nameHeader = headers.get('mcp-name')
  const methodSplit = methodHeader !== null && (batch || methodHeader !== method)
  const nameSplit =
    nameHeader !== null && (batch || (tools.length > 0 && decoded(nameHeader) !== tools[0]))
  if (methodSplit || nameSplit)
    return {
      ok: false,
      response: problem(
        400,
        -32_020,
        'Header mismatch: Mcp-Method and Mcp-Name must equal the body.',
      ),
    }
  return { ok: true, tools }
}

function invalid(message: string): Operations {
  return { ok: false, response: problem(400, -32_600, message) }
}

/** A header value that is not plain ASCII is sent as `=?base64?...?=`; one that does not decode is no name. */
function decoded(header: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/i.exec(header)?.[1]
  if (encoded === undefined) return header
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
