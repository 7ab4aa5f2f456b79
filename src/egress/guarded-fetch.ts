// The `fetch` for URLs that come from outside (metadata, authorization servers, key sets, client
// documents). It reaches only the public internet, over https, so that nobody can make us call a
// service that only this machine can reach (SSRF).

import { isIP } from 'node:net'
import { Agent } from 'undici'
import { readOutgoing } from '../core/carry/outgoing.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isFunction } from '../core/option-values.ts'
import { isLoopback } from '../core/resource.ts'
import { isLoopbackAddress, isPublicAddress } from './address.ts'
import { guardedLookup, type Resolve, systemResolve } from './guarded-lookup.ts'
import { send } from './send.ts'

/** Options of {@link guardedFetch}. */
export interface GuardedFetchOptions {
  /**
   * DANGER: allows `localhost` and loopback addresses, over plain http too, so that an example can
   * run on one machine. In production it would open every unauthenticated service of the machine to
   * anybody who writes a metadata document. Default false.
   */
  readonly allowLoopbackForDevelopment?: boolean
  /** Maximum size of an answer's body, in bytes. Default 262,144. */
  readonly maxBytes?: number
  /** Milliseconds for the whole answer. Default 5,000. */
  readonly deadline?: number
  /** Resolves names. Default: as this machine does. */
  readonly resolve?: Resolve
}

/** Every option of the factory. A new one does not compile until it is here. */
const GUARDED_FETCH_OPTIONS: OptionNames<GuardedFetchOptions> = {
  allowLoopbackForDevelopment: 'optional',
  maxBytes: 'optional',
  deadline: 'optional',
  resolve: 'optional',
}

/**
 * Makes a guarded `fetch`. It resolves a name once, checks every address of it, and connects to a
 * checked address. It reads the whole answer, within its bounds, before it gives it. It follows no
 * redirects and keeps no connections.
 *
 * It rejects with a TypeError that names a rule or a code, never the URL or anything that was
 * received.
 *
 * @throws TypeError when a bound is no positive number.
 *
 * @example
 * ```ts
 * const fetch = guardedFetch()
 * const metadata = await fetch('https://tasks.example/.well-known/oauth-protected-resource')
 * ```
 */
export function guardedFetch(options: GuardedFetchOptions = {}): typeof globalThis.fetch {
  checkOptions('guardedFetch', '', options, GUARDED_FETCH_OPTIONS, {
    resolve: isFunction('it gives the addresses of a name'),
  })
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
   * A loopback address is allowed under the name `localhost`. Another name that leads there is an
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
    // An address needs no lookup. The URL parser has normalized every spelling of it (octal,
    // hexadecimal, short).
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !isPublicAddress(host) && !loopback)
      throw new TypeError('The address is not public')
    const late = AbortSignal.timeout(deadline)
    const callers = outgoing.settings.signal
    const signal = callers ? AbortSignal.any([callers, late]) : late
    const answer = await send(agent, outgoing, signal)
    const body = await readBody(answer, signal)
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
}

async function readBody(answer: Response, signal: AbortSignal): Promise<ArrayBuffer | null> {
  if (answer.body === null) return null
  try {
    return await answer.arrayBuffer()
  } catch {
    signal.throwIfAborted()
    throw new TypeError('The answer could not be read, or is too large')
  }
}
