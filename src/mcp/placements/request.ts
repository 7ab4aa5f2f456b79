// A request to an MCP server on its way through guard and placing: its body is parsed once, and
// then carried parsed.

import type { ApprovedCall } from '../../core/call-policy.ts'
import type { Plan, Sent } from '../../core/carry/placing.ts'
import { granted, type Result } from '../../core/errors.ts'
import { type Messages, readMessages } from '../answer/message.ts'

/** What leaves for the server, with a body that is text, or none (a GET, a DELETE). */
export interface SentText extends Sent {
  readonly body: string | null
}

/** A request whose body was read. */
export interface McpRequest {
  readonly sent: SentText
  /** The messages in the body. Undefined without a body, and for a body that is not JSON-RPC. */
  readonly messages: Messages | undefined
  /** The call in it that the person has said yes to. */
  readonly approved?: ApprovedCall | undefined
}

/**
 * Plans one request: core's `Placing`, for a request whose body is parsed.
 *
 * @param attempt 0, or 1 after the server answered 401.
 */
export type McpPlacing = (
  request: McpRequest,
  attempt: number,
) => Result<Plan> | Promise<Result<Plan>>

/**
 * Reads a request.
 *
 * @param parsed The messages in its body, when the body is a text that was parsed already.
 * @returns Undefined for a body that cannot be read here, such as a stream: it cannot be judged.
 */
export function readRequest(
  { headers, body }: Sent,
  parsed: Messages | undefined,
): McpRequest | undefined {
  if (body === null) return { sent: { headers, body }, messages: undefined }
  if (typeof body === 'string')
    return { sent: { headers, body }, messages: parsed ?? readMessages(body) }
  // Frameworks may give bytes, or a `Request`, whose body arrives as bytes.
  if (!(body instanceof ArrayBuffer || ArrayBuffer.isView(body))) return undefined
  const text = new TextDecoder().decode(body)
  return { sent: { headers, body: text }, messages: readMessages(text) }
}

/** The plan of a request that needs no credential. */
export function planWithout({ sent }: McpRequest): Result<Plan> {
  return granted({ sent })
}
