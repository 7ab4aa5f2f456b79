// Whether a form comes from a page of this very origin. A browser sends cookies with the forms of other
// pages as well (cross-site request forgery). Pure.

/**
 * Whether the browser says that a form comes from the app's own origin. With `Referrer-Policy:
 * no-referrer` it keeps the origin of a form to itself, and says `null`; what it says of the site stands
 * all the same (Fetch standard, 3.2.3).
 *
 * @param origin The app's own origin, from its configuration.
 */
export function isFormOfOwnPage({ headers }: Request, origin: string): boolean {
  const site = headers.get('sec-fetch-site')
  const from = headers.get('origin')
  if (site === null) return from === origin
  return site === 'same-origin' && (from === null || from === 'null' || from === origin)
}
