// The trace id that ties the hops of one request together. Of W3C Trace Context we use the id only.

import { randomHex } from './random-hex.ts'

/**
 * Reads the trace id from a request's `traceparent`, or makes a random one. Any caller can choose
 * it, so it proves nothing.
 */
export function traceOf(headers: Headers): string {
  return traceIn(headers.get('traceparent')) ?? randomHex(16)
}

/** The trace id in a value of `traceparent`; undefined when it has none. */
export function traceIn(traceparent: string | null | undefined): string | undefined {
  const given = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')?.[1]
  return given && !/^0+$/.test(given) ? given : undefined
}

/**
 * Makes a generator of `traceparent` values for the outgoing requests of a trace. Each request gets
 * its own span id: counting up from a random one costs less than a random one each time.
 */
export function traceparents(trace: string): () => string {
  const prefix = randomHex(4)
  let span = Number.parseInt(randomHex(4), 16)
  return () => {
    span = (span + 1) >>> 0
    return `00-${trace}-${prefix}${span.toString(16).padStart(8, '0')}-01`
  }
}
