// The kit's own error answers: JSON-RPC errors with fixed texts. They never quote a request or an
// error.

import { isObject } from '../core/json.ts'

// The codes of JSON-RPC 2.0, section 5.1.
export const PARSE_ERROR = -32_700
export const INVALID_REQUEST = -32_600
export const METHOD_NOT_FOUND = -32_601
export const INVALID_PARAMS = -32_602
export const INTERNAL_ERROR = -32_603

/** Of MCP 2026-07-28: headers that repeat a message say something else than it. */
export const HEADER_MISMATCH = -32_020

/** The MCP SDK's code for what HTTP refuses before anybody reads JSON-RPC. */
export const REFUSED_BY_HTTP = -32_000

/** The MCP SDK's code for it. The client starts a new session. */
const SESSION_NOT_FOUND = -32_001

/** The id of a JSON-RPC request, as MCP has it: a text or a whole number, never null. */
export type RequestId = string | number

/** What an error answer says beside its code and its message. */
interface ProblemOptions {
  /** The id of the request. Without one, the answer has none: MCP allows no null there. */
  readonly id?: RequestId | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** An error answer: one JSON-RPC error. */
export function problem(
  status: number,
  code: number,
  message: string,
  { id, headers }: ProblemOptions = {},
): Response {
  return answer(status, errorOf(code, message, id), headers)
}

/** A session that was never given out, or to somebody else: its owner notices nothing. */
export function sessionNotFound(): Response {
  return problem(404, SESSION_NOT_FOUND, 'Session not found.')
}

/**
 * The answer that refuses a whole body, and tells each request of a batch so. Its status is 200,
 * because the error is one of the protocol: clients give the text of another status to nobody.
 */
export function protocolError(body: unknown, code: number, message: string): Response {
  if (!Array.isArray(body)) return answer(200, errorOf(code, message, requestIdOf(body)))
  const errors = body.flatMap((one) => {
    const id = requestIdOf(one)
    return id === undefined ? [] : [errorOf(code, message, id)]
  })
  return answer(200, errors)
}

/** The id of the one request that a body is. Undefined for a batch, a notification and an answer. */
export function requestIdOf(body: unknown): RequestId | undefined {
  if (!isObject(body) || !Object.hasOwn(body, 'method') || !Object.hasOwn(body, 'id'))
    return undefined
  const { id } = body
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as RequestId) : undefined
}

function errorOf(code: number, message: string, id: RequestId | undefined) {
  return { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error: { code, message } }
}

function answer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
}
