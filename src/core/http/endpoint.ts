// The URLs that an operator may name for an issuer and its endpoints. Pure.

import { type AllowsHttp, HTTP_RULE } from '../plain-http.ts'
import { isLoopback } from '../resource.ts'

/**
 * Checks an endpoint from the configuration.
 *
 * @throws TypeError that names the setting but not the value, which may contain a secret.
 */
export function checkEndpoint(
  setting: string,
  value: string,
  allowsHttp: AllowsHttp = isLoopback,
): void {
  if (!isEndpoint(value, allowsHttp))
    throw new TypeError(`${setting} must be an https URL without user-info ${HTTP_RULE}`)
}

function isEndpoint(value: string, allowsHttp: AllowsHttp): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const url = new URL(value)
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && allowsHttp(url))
}
