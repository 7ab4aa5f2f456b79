// Where a server takes credentials from, beside the `Authorization` header: what the operator
// declared, checked once.

import { checkOptions, type OptionNames } from '../core/known-options.ts'

/**
 * Other places for the credential of a request. The server always takes the `Authorization` header.
 * It refuses a request with credentials in two places (RFC 6750 section 2).
 */
export interface AcceptInput {
  /**
   * A key of `params._meta`, with a reverse-DNS prefix of your own, such as
   * `com.example/access-token`. When a request has no `Authorization` header, the server reads the
   * access token there and removes it before the handler sees the body. A batch cannot present a
   * token this way. What has no `_meta` comes with a handle: in a session of the protocol (MCP
   * 2025-11-25) the answers have one in `Onbehalf-Session`, and it stands for the token in a GET, a
   * DELETE and an answer to the server's own requests. Default: the server does not look at `_meta`.
   */
  readonly meta?: string
  /**
   * Whether the answer to a request with a token in `Authorization` has a handle in
   * `Onbehalf-Session`. Later requests send the handle in place of the token. The token stays in
   * this process, the server verifies it again for each request, and the handle ends with the
   * token. Default false.
   */
  readonly session?: boolean
}

const ACCEPT_OPTIONS: OptionNames<AcceptInput> = {
  meta: 'optional',
  session: 'optional',
}

/**
 * Checks the declaration.
 *
 * @throws TypeError that names the setting.
 */
export function parseAccept(input: AcceptInput): AcceptInput {
  checkOptions('protectMcpServer', 'accept', input, ACCEPT_OPTIONS)
  const { meta, session = false } = input
  if (meta !== undefined && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[A-Za-z0-9._-]+$/.test(meta))
    throw new TypeError('accept.meta must be like "com.example/access-token"')
  if (meta !== undefined && /(?:^|\.)(?:modelcontextprotocol|mcp)[./]/.test(meta))
    throw new TypeError('accept.meta has a prefix that is reserved to MCP')
  return { ...(meta === undefined ? {} : { meta }), session }
}
