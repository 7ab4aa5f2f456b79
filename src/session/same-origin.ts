// Whether a request with the cookie comes from a page of the app itself. A browser sends the cookie
// with requests that other pages make as well (cross-site request forgery). Pure.

/** Only a script of the app's own origin can send it without the app's leave (Fetch, CORS). */
const PAGE_HEADER = 'x-onbehalf'

/**
 * Whether a request may use the cookie. What the browser says about where it comes from must fit. What
 * changes something, and every stream, needs the header `X-OnBehalf: 1` as well: a form or an image
 * cannot send it.
 *
 * @param origin The app's own origin, from its configuration.
 */
export function isFromOwnPage(request: Request, origin: string): boolean {
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (!fits(request, origin, reads)) return false
  if (reads && !isStream(request)) return true
  return saysWhereFrom(request) && request.headers.get(PAGE_HEADER) === '1'
}

function fits({ headers }: Request, origin: string, mayBeTyped: boolean): boolean {
  const site = headers.get('sec-fetch-site')
  const from = headers.get('origin')
  const isOwnSite = site === null || site === 'same-origin' || (site === 'none' && mayBeTyped)
  return isOwnSite && (from === null || from === origin)
}

/** Every browser says one of the two with each request that is no plain reading. */
function saysWhereFrom({ headers }: Request): boolean {
  return headers.has('origin') || headers.get('sec-fetch-site') === 'same-origin'
}

function isStream({ headers }: Request): boolean {
  return (headers.get('accept') ?? '').includes('text/event-stream')
}
