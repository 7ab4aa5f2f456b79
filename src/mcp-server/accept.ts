// Which places beside the `Authorization` header a server takes credentials in: what the operator declared, checked once.

/** Other places for the credential of a request. The header is always taken; two places in one request are not (RFC 6750 section 2). */
export interface AcceptInput {
  /**
   * A key of `params._meta`, with a reverse-DNS prefix of your own: of a request that has no `Authorization` header the access token is read
   * there, and it is taken out before the handler sees the body. Batches present none. Default: `_meta` is not looked at.
   */
  readonly meta?: string
  /**
   * Whether a request that presents its token in `Authorization` is answered with a handle in `Onbehalf-Session`, which later requests send
   * back in its place. The token stays in this process, is verified again each time, and the handle ends with it. Default false.
   */
  readonly session?: boolean
}

/**
 * Checks the declaration.
 *
 * @throws TypeError that names the setting.
 */
export function parseAccept({ meta, session = false }: AcceptInput): AcceptInput {
  if (meta !== undefined && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[A-Za-z0-9._-]+$/.test(meta))
    throw new TypeError('accept.meta must be like "com.example/access-token"')
  if (meta !== undefined && /(?:^|\.)(?:modelcontextprotocol|mcp)[./]/.test(meta))
    throw new TypeError('accept.meta has a prefix that is reserved to MCP')
  return { ...(meta === undefined ? {} : { meta }), session }
}
