// Which URLs a command may send a credential to: https, this machine, and the hosts of a cluster that
// the operator names. The rules are those that the settings will have to pass.

import { jwtVerifier } from 'onbehalf/jwt'
import { UsageError } from './command.ts'

/**
 * Checks the scheme of a URL, and the named hosts.
 *
 * @param what What the URL is, as a person reads it: `--issuer`, or `the URL`.
 * @throws UsageError for plain http elsewhere, and for a host that is or can be public.
 */
export function checkScheme(what: string, { origin }: URL, hosts: readonly string[]): void {
  try {
    jwtVerifier({ issuer: origin, insecurelyAllowHttp: hosts, warn: () => {} })
  } catch (error) {
    throw new UsageError(
      error instanceof TypeError && hosts.length > 0
        ? error.message
        : `${what} must use https; plain http is for this machine, and for hosts that --insecurely-allow-http names`,
    )
  }
}

/** Whether a URL is at one of the hosts, which are named with or without a port. */
export function isAtHost({ protocol, host, hostname }: URL, hosts: readonly string[]): boolean {
  return (
    protocol === 'http:' &&
    hosts.some(
      (named) =>
        named === host ||
        named === hostname ||
        (named.startsWith('*.') && hostname.endsWith(named.slice(1))),
    )
  )
}

/** Whether a URL is on this machine. */
export function isOwnMachine(url: string): boolean {
  return /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/.test(new URL(url).hostname)
}
