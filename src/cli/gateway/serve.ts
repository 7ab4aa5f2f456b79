// Serves a gateway on node:http, replaces it when its file changes, and drains when it is to end.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Gateway } from 'onbehalf/gateway'
import { toNodeListener } from 'onbehalf/node'
import type { Listen } from './configuration.ts'

/** A gateway that is served. */
export interface Served {
  readonly address: AddressInfo
  /** From now on new requests go to this one. Those under way stay where they are. */
  replace(gateway: Gateway): void
  /** Takes no new requests, waits for those under way, and ends the rest after a time. */
  drain(): Promise<void>
}

/** Milliseconds for the headers of a request, and for the whole of it. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000
const MAX_HEADER_BYTES = 32 * 1024
/** Milliseconds that requests under way have when the process is to end. */
const DRAIN_MS = 4_000

/**
 * Begins to serve.
 *
 * @throws Error of node:net when it cannot listen there.
 */
export async function serveGateway(first: Gateway, { host, port }: Listen): Promise<Served> {
  let current = first
  let isEnding = false
  const listener = toNodeListener((request) =>
    isEnding || new URL(request.url).pathname === '/readyz'
      ? readiness(isEnding)
      : current.fetch(request),
  )
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  )
  server.listen(port, host)
  await once(server, 'listening')
  return {
    address: server.address() as AddressInfo,
    replace(gateway) {
      current = gateway
    },
    async drain() {
      isEnding = true
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
      await closed
      clearTimeout(timer)
    },
  }
}

/** What a load balancer asks. */
function readiness(isEnding: boolean): Response {
  return Response.json(
    { status: isEnding ? 'ending' : 'ready' },
    { status: isEnding ? 503 : 200, headers: { 'cache-control': 'no-store' } },
  )
}
