// The cookie that ties a connect flow to one browser. There is one for each server.

import { type HostCookie, hostCookie } from '../../core/http/cookie.ts'
import type { Settings } from './settings.ts'

function cookieOf({ name, redirectUri }: Settings): HostCookie {
  const own = `onbehalf-connect-${Buffer.from(name).toString('base64url')}`
  return hostCookie(own, redirectUri.startsWith('https:'))
}

/** A `Set-Cookie` value. */
export function browserCookie(settings: Settings, value: string, maxAgeSeconds: number): string {
  return cookieOf(settings).set(value, maxAgeSeconds)
}

/** The cookie's value. Undefined when there is none, or more than one. */
export function readCookie(headers: Headers, settings: Settings): string | undefined {
  const found = cookieOf(settings).read(headers)
  return typeof found === 'string' ? undefined : found.value
}
