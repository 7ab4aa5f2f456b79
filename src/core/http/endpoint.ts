// The URLs that an operator may name for an issuer and its endpoints. Pure.

import { isLoopback } from '../resource.ts'

/**
 * Checks an endpoint from the configuration.
 *
 * @throws TypeError that names the setting but not the value, which may contain a secret.
 */
export function checkEndpoint(setting: string, value: string): void {
  if (!isEndpoint(value))
    throw new TypeError(
      `${setting} must be an https URL without user-info (plain http for loopback addresses only)`,
    )
}

/** Whether a text is a URL that a credential may be sent to. */
export function isEndpoint(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}
