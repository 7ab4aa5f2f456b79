// How often one client may begin and end a sign-in. Both are open to everybody, and the end of one asks
// the issuer and writes into the store.

import { htmlPage } from './pages.ts'

/** Counts, as `memoryRateLimit` and `postgresRateLimit` of onbehalf/chatkit do. */
export interface SignInCounter {
  /** Counts one request, also one that is not allowed. `retryAfter` is in whole seconds. */
  take(
    owner: string,
    kind: 'request',
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly retryAfter: number }>
}

/** A limit on sign-ins. */
export interface SignInRateLimit {
  readonly limit: SignInCounter
  /**
   * Tells clients apart: by the address that your proxy or your server vouches for. A header that
   * clients can write themselves is no limit.
   */
  readonly by: (request: Request) => string
}

/** The paths that are counted, below the session's path. */
const COUNTED: readonly string[] = ['/sign-in', '/callback']

/**
 * Counts a request to begin or end a sign-in.
 *
 * @returns The answer to one too many (RFC 6585 section 4); undefined for any other.
 */
export async function refuseTooMany(
  request: Request,
  below: string,
  rateLimit: SignInRateLimit | undefined,
): Promise<Response | undefined> {
  if (!rateLimit || !COUNTED.includes(below)) return undefined
  const taken = await rateLimit.limit.take(`sign-in ${rateLimit.by(request)}`, 'request')
  if (taken.ok) return undefined
  const page = htmlPage(
    `<title>Not signed in</title>
<h1>Not signed in</h1>
<p>There were too many sign-ins from here. Try again in a moment.</p>`,
    { status: 429 },
  )
  page.headers.set('retry-after', String(taken.retryAfter))
  return page
}
