// An approved call in an access token (RFC 9396): one entry of `authorization_details`, which says for
// which call of which tool the token is.

import type { ApprovedCall } from './call-policy.ts'
import { isObject } from './json.ts'

const TYPE = 'mcp_tool_call'

/** The entry. */
interface ApprovedDetail {
  readonly type: typeof TYPE
  readonly tool: string
  /** The SHA-256 of the canonical JSON of the arguments, in hex. */
  readonly arguments_digest: string
}

/** Writes the claim and the parameter `authorization_details`. */
export function approvedDetails({
  tool,
  argumentsDigest,
}: ApprovedCall): readonly [ApprovedDetail] {
  return [{ type: TYPE, tool, arguments_digest: argumentsDigest }]
}

const MAX_TOOL_CHARS = 256

/** Reads it. Undefined for anything but one entry of this kind, with these members alone. */
export function parseApprovedDetails(value: unknown): ApprovedCall | undefined {
  if (!Array.isArray(value) || value.length !== 1) return undefined
  const entry: unknown = value[0]
  if (!isObject(entry) || entry.type !== TYPE || Object.keys(entry).length !== 3) return undefined
  const { tool, arguments_digest: digest } = entry
  if (typeof tool !== 'string' || tool === '' || tool.length > MAX_TOOL_CHARS) return undefined
  return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest)
    ? { tool, argumentsDigest: digest }
    : undefined
}
