// Links that are for the host page itself: following one is an event, and leads nowhere.

/** The scheme of such a link. The official ChatKit interface has the name. */
export const DEEP_LINK = 'chatkit-link:'

/** Returns what such a link says: `chatkit-link://name?key=value`. Undefined for another link. */
export function deepLinkOf(
  href: string,
): { readonly name: string; readonly data: Readonly<Record<string, string>> } | undefined {
  const url = URL.parse(href)
  if (url?.protocol !== DEEP_LINK) return undefined
  const name = (url.host + url.pathname).replace(/^\/+|\/+$/g, '')
  return { name, data: Object.fromEntries(url.searchParams) }
}
