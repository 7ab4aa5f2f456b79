// Keeps the cookies of one sign-in by a program: names, values and paths at one origin. A browser
// has more rules.

/** Keeps cookies between the requests of one sign-in at one origin. */
export interface CookieJar {
  /** Keeps the cookies in the `set-cookie` headers of an answer. */
  keep(response: Response): void
  /** Gives the `cookie` header for a path. */
  header(path: string): string
}

/** Makes an empty jar. */
export function cookieJar(): CookieJar {
  const cookies = new Map<
    string,
    { readonly name: string; readonly value: string; readonly path: string }
  >()
  return {
    keep(response) {
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
        const at = pair.indexOf('=')
        const name = pair.slice(0, at)
        const value = pair.slice(at + 1)
        const path =
          attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/'
        if (value === '') cookies.delete(`${name} ${path}`)
        else cookies.set(`${name} ${path}`, { name, value, path })
      }
    },
    header(path) {
      const fitting = [...cookies.values()].filter(
        (cookie) => path === cookie.path || path.startsWith(cookie.path.replace(/\/?$/, '/')),
      )
      return fitting.map(({ name, value }) => `${name}=${value}`).join('; ')
    },
  }
}
