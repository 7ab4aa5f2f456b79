// The name resolution of a guarded connection: once, all of its addresses checked, and the
// connection goes to what was checked.

import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'

/** One address of a name. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** Gives the addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>

/** As the machine resolves names. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true })

/**
 * Makes the `lookup` of a socket. The socket is given the very addresses that were checked and asks
 * nobody again, so a name that answers differently the second time (DNS rebinding) changes nothing.
 * One closed address among them refuses the whole name.
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
