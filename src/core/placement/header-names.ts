// Which headers a binding may fill.

/** Headers that cannot hold a credential, because the transport or another hop reads them. */
const RESERVED =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept.*|mcp-.*|last-event-id|cookie|set-cookie|origin|referer|user-agent|date|via|forwarded|x-forwarded-.*|proxy-.*|sec-.*|traceparent|tracestate|baggage|x-user-id)$/i

/** Of these, the ones that a signature may consist of, or cover (RFC 9530, RFC 9110 section 6.6.1). */
const SIGNED = /^(?:content-digest|content-md5|date)$/i

/** Whether a text is the name of a header. */
export function isHeaderName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(name)
}

/** Whether a header cannot be filled with a credential. */
export function isReserved(name: string): boolean {
  return RESERVED.test(name)
}

/** Whether a function that signs may add a header. */
export function isSignable(name: string): boolean {
  return isHeaderName(name) && (!isReserved(name) || SIGNED.test(name))
}
