// The trace id that ties the hops of one request together: W3C Trace Context, no more than the id of it.

/** The trace id of a request's `traceparent`, or a new random one. A correlation only: any caller can choose it, so it proves nothing. */
export function traceOf(headers: Headers): string {
  const given = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(
    headers.get('traceparent') ?? '',
  )?.[1]
  return given && !/^0+$/.test(given) ? given : randomHex(16)
}

/** Gives `traceparent` values for the outgoing requests of a trace, each its own: spans are counted from a random one, which costs less than drawing each. */
export function traceparents(trace: string): () => string {
  const prefix = randomHex(4)
  let span = Number.parseInt(randomHex(4), 16)
  return () => {
    span = (span + 1) >>> 0
    return `00-${trace}-${prefix}${span.toString(16).padStart(8, '0')}-01`
  }
}

function randomHex(bytes: number): string {
  let text = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(bytes)))
    text += byte.toString(16).padStart(2, '0')
  return text
}
