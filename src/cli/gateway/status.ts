// The status of a gateway, for the people who operate it: which servers are down, how much is open, and
// which file it goes by. It is read at an address of this machine alone, and names no person, no address
// of a server and no secret.

import { hash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import type { Gateway, GatewayStatus } from 'onbehalf/gateway'
import { CommandError } from '../command.ts'
import { type Listen, readListen } from './listen.ts'
import { ConfigError } from './place.ts'
import { isMap, type Settings } from './settings.ts'
import type { Store } from './store.ts'

/** What is told. */
export interface Status extends GatewayStatus {
  /** The machine or container, and the process in it. */
  readonly instance: string
  readonly version: string
  /** The file that is used now. `sha256` is that of its bytes, as `sha256sum` prints it. */
  readonly configuration: { readonly sha256: string; readonly loadedAt: string }
  /** `reachable` is whether it has answered just now. What is kept in memory needs no reaching. */
  readonly store: { readonly type: Store['type'] | 'memory'; readonly reachable: boolean }
}

/** The status of one file's gateway. */
export interface StatusPart {
  /** Where it is served; undefined when the file asks for none. */
  readonly listen: Listen | undefined
  read(): Promise<Status>
}

/** What the status is made of. */
interface StatusParts {
  readonly gateway: Gateway
  readonly store: Store | undefined
  /** The text of the file. */
  readonly text: string
}

/** Milliseconds that the store has to answer. */
const STORE_MS = 2_000
/** The names of this machine in a request. With another, a page has its own name lead here (DNS rebinding). */
const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

/**
 * Checks the setting `status`.
 *
 * @throws ConfigError that begins with the setting, also for an address that other machines reach.
 */
export function statusListenIn({ status }: Settings): Listen | undefined {
  if (status === undefined) return undefined
  if (!isMap(status)) throw new ConfigError("status must be a map: { listen: '127.0.0.1:9465' }")
  const { listen, ...others } = status
  const [other] = Object.keys(others)
  if (other !== undefined) throw new ConfigError(`status.${other}: it has listen`)
  const read = readListen('status.listen', listen)
  if (!['localhost', '127.0.0.1', '::1'].includes(read.host))
    throw new ConfigError(
      'status.listen must be an address of this machine alone, such as 127.0.0.1:9465, because whoever reaches it may read it',
    )
  return read
}

/** The status of a gateway that has just been made of a file. */
export function statusOf(
  listen: Listen | undefined,
  { gateway, store, text }: StatusParts,
): StatusPart {
  const configuration = { sha256: hash('sha256', text), loadedAt: new Date().toISOString() }
  return {
    listen,
    read: async () => ({
      instance: `${hostname()}:${process.pid}`,
      version: ownVersion(),
      configuration,
      store: { type: store?.type ?? 'memory', reachable: await isReachable(store) },
      ...gateway.status(),
    }),
  }
}

/**
 * Serves `GET /status` and nothing else.
 *
 * @returns Ends it.
 * @throws CommandError when the address is taken.
 */
export async function serveStatus(
  { host, port }: Listen,
  read: () => Promise<Status>,
): Promise<() => void> {
  const server = createServer((request, response) => {
    const refusedWith = refusalOf(request)
    if (refusedWith !== undefined) {
      response.writeHead(refusedWith).end()
      return
    }
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    read().then(
      (status) => response.writeHead(200, headers).end(JSON.stringify(status, null, 2)),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch {
    throw new CommandError(`status.listen: it cannot listen on ${host}:${port}`)
  }
  server.unref()
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

function refusalOf({ headers, method, url }: IncomingMessage): number | undefined {
  if (!OWN_HOST.test(headers.host ?? '') || headers.origin !== undefined) return 403
  return method === 'GET' && url === '/status' ? undefined : 404
}

/** Whether the store answers in time. What it says of an entry that is not there does not matter. */
async function isReachable(store: Store | undefined): Promise<boolean> {
  if (!store) return true
  const late = new Promise<false>((resolve) => {
    setTimeout(resolve, STORE_MS, false).unref()
  })
  const answer = store.secrets.read({ owner: 'status', resource: 'status', kind: 'use' }).then(
    () => true,
    () => false,
  )
  return Promise.race([answer, late])
}

/** This file and the built one are equally deep. */
function ownVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return String(JSON.parse(text).version)
}
