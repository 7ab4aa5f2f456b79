// Serves a gateway on node:http, replaces it when its file changes, and drains when it is to end.

import { once } from 'node:events'
import { createServer, type RequestListener, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import type { Gateway } from 'onbehalf/gateway'
import { toNodeListener } from 'onbehalf/node'
import type { Listen } from './listen.ts'

type Quick = NonNullable<Gateway['fetch']['quick']>

/** A gateway that is served. */
export interface Served {
  readonly address: AddressInfo
  /**
   * From now on new requests go to this one. Those under way stay where they are: it resolves when they
   * are over.
   */
  replace(gateway: Gateway): Promise<void>
  /** From now on new connections get this certificate. Without TLS, nothing changes. */
  certify(context: SecureContextOptions): void
  /** Takes no new requests, waits for those under way, and ends the rest after a time. */
  drain(): Promise<void>
}

/** How long a client may take. */
export interface Limits {
  /** Milliseconds for the headers of a request. */
  readonly headersMs: number
  /** Milliseconds for the whole of it. */
  readonly requestMs: number
  /** Milliseconds between two looks at who is late. */
  readonly checkMs: number
}

const LIMITS: Limits = { headersMs: 10_000, requestMs: 60_000, checkMs: 5_000 }
const MAX_HEADER_BYTES = 32 * 1024
/** Milliseconds that requests under way have when the process is to end. */
const DRAIN_MS = 4_000

/**
 * Begins to serve.
 *
 * @param tls The certificate and its key. Default: plain HTTP.
 * @throws Error of node:net when it cannot listen there.
 */
export async function serveGateway(
  first: Gateway,
  { host, port }: Listen,
  limits: Limits = LIMITS,
  tls?: SecureContextOptions,
): Promise<Served> {
  let current = inService(first)
  let isEnding = false
  const usual = (request: Request) =>
    isEnding || new URL(request.url).pathname === '/readyz'
      ? readiness(isEnding)
      : current.gateway.fetch(request)
  const quick: Quick = (request) => (isEnding ? undefined : current.gateway.fetch.quick?.(request))
  const listener = toNodeListener(Object.assign(usual, { quick }))
  const { server, certify } = serverFor(limits, tls, (incoming, outgoing) => {
    outgoing.once('close', current.begin())
    void listener(incoming, outgoing)
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    address: server.address() as AddressInfo,
    replace(gateway) {
      const before = current
      current = inService(gateway)
      return before.retire()
    },
    certify,
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

/** The server, with TLS or without, and the way to give it another certificate. */
function serverFor(
  { headersMs, requestMs, checkMs }: Limits,
  tls: SecureContextOptions | undefined,
  listener: RequestListener,
) {
  const options: ServerOptions = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  }
  if (!tls) return { server: createServer(options, listener), certify() {} }
  const server = createTlsServer(
    { ...options, ...tls, handshakeTimeout: headersMs, ALPNProtocols: ['http/1.1'] },
    listener,
  )
  return {
    server,
    certify: (context: SecureContextOptions) => server.setSecureContext(context),
  }
}

/** A gateway that gets requests, until it is replaced. */
interface InService {
  readonly gateway: Gateway
  /** A request begins. Gives what is called when it is over. */
  begin(): () => void
  /** Resolves when no request is under way any more. */
  retire(): Promise<void>
}

function inService(gateway: Gateway): InService {
  let underWay = 0
  let whenOver: (() => void) | undefined
  return {
    gateway,
    begin() {
      underWay += 1
      return () => {
        underWay -= 1
        if (underWay === 0) whenOver?.()
      }
    },
    retire: () =>
      new Promise((resolve) => {
        whenOver = resolve
        if (underWay === 0) resolve()
      }),
  }
}

/** What a load balancer asks. */
function readiness(isEnding: boolean): Response {
  return Response.json(
    { status: isEnding ? 'ending' : 'ready' },
    { status: isEnding ? 503 : 200, headers: { 'cache-control': 'no-store' } },
  )
}
