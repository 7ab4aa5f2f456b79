// The `fetch` for URLs that come from outside (metadata, authorization servers, key sets, client
// documents): it reaches the public internet over https and nothing else, so that nobody makes us
// ask what only this machine can reach.

import { isIP } from 'node:net'
import { Agent } from 'undici'
import { readOutgoing } from '../core/carry/outgoing.ts'
import { isLoopback } from '../core/resource.ts'
import { isLoopbackAddress, isPublicAddress } from './address.ts'
import { guardedLookup, type Resolve, systemResolve } from './guarded-lookup.ts'
import { send } from './send.ts'

/** Options of {@link guardedFetch}. */
export interface GuardedFetchOptions {
  /**
   * DANGER: lets `localhost` and loopback addresses through, over plain http too, so that an
   * example can run on one machine. In production it opens every unauthenticated service of the
   * machine to whoever writes a metadata document. Default false.
   */
  readonly allowLoopbackForDevelopment?: boolean
  /** Bytes of an answer's body at most. Default 262,144. */
  readonly maxBytes?: number
  /** Milliseconds until the whole answer must be there. Default 5,000. */
  readonly deadline?: number
  /** How names are resolved. Default: as this machine does. */
  readonly resolve?: Resolve
}

/**
 * Makes a guarded `fetch`. A name is resolved once, all of its addresses are checked, and the
 * connection goes to the address that was checked; the answer is read whole, within its bounds,
 * before it is given. Redirects are not followed, connections not kept.
 *
 * It rejects with a TypeError that names a rule or a code, never the URL or anything that was
 * received.
 *
 * @throws TypeError when a bound is no positive number.
 */
export function guardedFetch(options: GuardedFetchOptions = {}): typeof globalThis.fetch {
  const {
    allowLoopbackForDevelopment = false,
    maxBytes = 256 * 1024,
    deadline = 5000,
    resolve = systemResolve,
  } = options
  for (const [setting, value] of Object.entries({ maxBytes, deadline }))
    if (!Number.isInteger(value) || value < 1 || value >= 2 ** 31)
      throw new TypeError(`${setting} must be a positive number`)

  /**
   * A loopback address is open under a name that says so; another name that leads there is an
   * attack.
   */
  const isOpen = (hostname: string, address: string): boolean =>
    allowLoopbackForDevelopment && hostname === 'localhost'
      ? isLoopbackAddress(address)
      : isPublicAddress(address)

  const agent = new Agent({
    allowH2: false,
    pipelining: 0,
    maxResponseSize: maxBytes,
    connect: { lookup: guardedLookup(resolve, isOpen), timeout: deadline },
  })

  return async (input, init) => {
    const outgoing = readOutgoing(input, init)
    if (!outgoing) throw new TypeError('This makes no request')
    const { url } = outgoing
    const loopback = allowLoopbackForDevelopment && isLoopback(url)
    if (url.protocol !== 'https:' && !loopback)
      throw new TypeError('Only https URLs can be fetched here')
    // No lookup happens for an address. The URL parser has brought every spelling of one (octal,
    // hexadecimal, short) into the usual form.
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !isPublicAddress(host) && !loopback)
      throw new TypeError('The address is not public')
    const late = AbortSignal.timeout(deadline)
    const callers = outgoing.settings.signal
    const signal = callers ? AbortSignal.any([callers, late]) : late
    const answer = await send(agent, outgoing, signal)
    const body = await bodyOf(answer, signal)
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
}

async function bodyOf(answer: Response, signal: AbortSignal): Promise<ArrayBuffer | null> {
  if (answer.body === null) return null
  try {
    return await answer.arrayBuffer()
  } catch {
    signal.throwIfAborted()
    throw new TypeError('The answer could not be read, or is too large')
  }
}
