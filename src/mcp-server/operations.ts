// Which tools the body of a request calls. The body alone decides; headers that say something else
// are refused. Pure.

import { granted, type Result } from '../core/errors.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { headerText } from '../mcp/repeated-headers.ts'
import {
  HEADER_MISMATCH,
  INVALID_PARAMS,
  INVALID_REQUEST,
  problem,
  requestIdOf,
} from './problem.ts'

/** The names of the tools that a body calls, or the answer to send. */
export type Operations = Result<readonly string[], Response>

/**
 * Finds the tool calls of a body: one JSON-RPC message, or a batch of them (MCP 2025-03-26). Every
 * call of a batch counts.
 *
 * When `Mcp-Method` and `Mcp-Name` (MCP 2026-07-28) are sent, they must equal the body: a server
 * behind this one may choose the tool by the header, while we check the scopes by the body.
 */
export function operationsOf(body: unknown, headers: Headers): Operations {
  const isBatch = Array.isArray(body)
  const refuse = (code: number, message: string): Operations => ({
    ok: false,
    refusal: problem(400, code, message, { id: requestIdOf(body) }),
  })
  const messages: readonly unknown[] = isBatch ? body : [body]
  if (messages.length === 0) return refuse(INVALID_REQUEST, 'Invalid request: the batch is empty.')
  const tools: string[] = []
  let method: unknown
  for (const message of messages) {
    if (!isObject(message))
      return refuse(INVALID_REQUEST, 'Invalid request: a JSON-RPC message must be an object.')
    method = own(message, 'method')
    if (method !== 'tools/call') continue
    const params = own(message, 'params')
    const name = isObject(params) ? own(params, 'name') : undefined
    if (typeof name !== 'string' || name === '')
      return refuse(INVALID_PARAMS, 'Invalid params: tools/call needs the name of a tool.')
    tools.push(name)
  }
  const methodHeader = headers.get('mcp-method')
  const nameHeader = headers.get('mcp-name')
  const methodDiffers = methodHeader !== null && (isBatch || methodHeader !== method)
  const nameDiffers =
    nameHeader !== null && (isBatch || (tools.length > 0 && headerText(nameHeader) !== tools[0]))
  if (methodDiffers || nameDiffers)
    return refuse(HEADER_MISMATCH, 'Header mismatch: Mcp-Method and Mcp-Name must equal the body.')
  return granted(tools)
}

function own(object: UnknownObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
