// One cookie of an app: only the app's own host can set it, and only its server can read it (RFC
// 6265, and the prefix of RFC 6265bis section 4.1.3.2).

/** The value of a cookie in a request; or that there is none, or more than one. */
export type CookieFound = { readonly value: string } | 'none' | 'repeated'

/** The cookies of a request, as names and values (RFC 6265 section 4.2.1). */
export function cookiesIn(headers: Headers): readonly (readonly [name: string, value: string])[] {
  return (headers.get('cookie') ?? '').split(';').flatMap((text) => {
    const pair = text.trim()
    const at = pair.indexOf('=')
    return at < 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)] as const]
  })
}

/** A cookie. */
export interface HostCookie {
  readonly name: string
  /**
   * A `Set-Cookie` value. It is Lax, because people come back from an authorization server by a
   * navigation from another site.
   */
  set(value: string, maxAgeSeconds: number): string
  /** Reads it. Two of one name are no cookie: one of them is from somebody else. */
  read(headers: Headers): CookieFound
}

/**
 * Makes a cookie.
 *
 * @param name Its name. Over https it gets the prefix `__Host-`, so that no other host of the domain
 *   can set it, nor a page over plain http.
 * @param isSecure Whether the app is served over https. A page on loopback, for development, goes
 *   without the prefix and without `Secure`: browsers would not take them there.
 */
export function hostCookie(name: string, isSecure: boolean): HostCookie {
  const full = isSecure ? `__Host-${name}` : name
  return {
    name: full,
    set: (value, maxAgeSeconds) =>
      `${full}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`,
    read(headers) {
      const [value, ...others] = cookiesIn(headers)
        .filter(([name]) => name === full)
        .map(([, value]) => value)
      if (others.length > 0) return 'repeated'
      return value === undefined || value === '' ? 'none' : { value }
    },
  }
}
