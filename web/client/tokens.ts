// Gets access tokens from the host page. The component keeps none.

import { Refused } from './refused.ts'

/**
 * Called before each request, and once more with `refresh` after a 401. Undefined means that the
 * person is signed out.
 */
export type TokenSource = (options: { readonly refresh: boolean }) => Promise<string | undefined>

/**
 * The characters of an access token (RFC 6750, section 2.1). With any other character, `Headers`
 * throws an error that quotes the token.
 */
const B64TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * Returns a function that asks the host page for a token. Its token is undefined when the page
 * gives none.
 *
 * The function throws Refused (401) when the page's function fails. It never shows that function's
 * error, which may hold anything.
 */
export function createTokens(
  settings: () => { readonly token: TokenSource | undefined },
): (refresh: boolean) => Promise<string | undefined> {
  let refreshing: Promise<string | undefined> | undefined
  return async (refresh) => {
    const { token } = settings()
    if (!token) return undefined
    try {
      // Requests that get a 401 together refresh together: a refresh token may work only once.
      if (refresh)
        refreshing ??= token({ refresh }).finally(() => {
          refreshing = undefined
        })
      const value = await (refreshing ?? token({ refresh }))
      if (value === undefined || B64TOKEN.test(value)) return value
    } catch {
      // The error of the page's function is dropped here, on purpose.
    }
    throw new Refused(401, '')
  }
}
