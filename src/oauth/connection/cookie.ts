// The cookie that ties a connect flow to one browser.

import type { Settings } from './settings.ts'

/**
 * The cookie's name: one for each server. The `__Host-` prefix keeps other hosts of the domain from
 * setting it. The prefix needs https, so a page on loopback, for development, goes without.
 */
function nameOf({ name, redirectUri }: Settings): string {
  const own = `onbehalf-connect-${Buffer.from(name).toString('base64url')}`
  return isSecure(redirectUri) ? `__Host-${own}` : own
}

function isSecure(redirectUri: string): boolean {
  return redirectUri.startsWith('https:')
}

/**
 * A `Set-Cookie` value. It is Lax because the person comes back by a navigation from another site.
 */
export function browserCookie(settings: Settings, value: string, maxAgeSeconds: number): string {
  const secure = isSecure(settings.redirectUri) ? '; Secure' : ''
  return `${nameOf(settings)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`
}

/** The cookie's value. Undefined when there is none, or more than one. */
export function readCookie(headers: Headers, settings: Settings): string | undefined {
  const name = nameOf(settings)
  const values = (headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}
