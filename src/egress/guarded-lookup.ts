// Resolves a name for a guarded connection: once, with every address checked. The connection goes
// to a checked address.

import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'

/** One address of a name. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** Gives every address of a name. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>

/** Resolves names as the machine does. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true })

/**
 * Makes the `lookup` of a socket. The socket gets the addresses that were checked and resolves
 * nothing itself, so a name that has another address the second time (DNS rebinding) changes
 * nothing. One address that is not allowed refuses the whole name.
 */
export function guardedLookup(
  resolve: Resolve,
  isOpen: (hostname: string, address: string) => boolean,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (!first || !addresses.every(({ address }) => isOpen(hostname, address)))
          callback(closed(), '', 0)
        else if (options.all) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      () =>
        callback(
          Object.assign(new Error('The name could not be resolved'), { code: 'ENOTFOUND' }),
          '',
          0,
        ),
    )
  }
}

function closed(): NodeJS.ErrnoException {
  return Object.assign(new Error('The name has an address that is not public'), {
    code: 'ERR_ADDRESS_CLOSED',
  })
}
