// A collector that speaks OTLP over HTTP, and keeps what it gets. No test lives here.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One attribute on the wire. */
interface WireAttribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string }
}

/** One span on the wire. */
interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes: readonly WireAttribute[]
}

/** One span. */
export interface CollectedSpan extends Omit<WireSpan, 'attributes'> {
  readonly attributes: Readonly<Record<string, unknown>>
}

/** The collector. */
export interface Collector {
  readonly url: string
  /** The bodies of all requests, as they came. */
  readonly bodies: readonly string[]
  /** The spans that it got. */
  spans(): readonly CollectedSpan[]
  /** From now on it takes requests, and answers none. Resolves when it has one. */
  hang(): Promise<void>
  close(): Promise<void>
}

/** Starts one on a free port of this machine. */
export async function startCollector(): Promise<Collector> {
  const bodies: string[] = []
  let onHanging: (() => void) | undefined
  const server = createServer((request, response) => {
    if (onHanging) return onHanging()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString())
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: () => bodies.flatMap(spansIn),
    hang: () =>
      new Promise((resolve) => {
        onHanging = resolve
      }),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

interface WireTraces {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[]
  }[]
}

function spansIn(body: string): readonly CollectedSpan[] {
  const { resourceSpans = [] } = JSON.parse(body) as WireTraces
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map(({ attributes, ...span }) => ({
      ...span,
      attributes: Object.fromEntries(
        attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
      ),
    }))
}
