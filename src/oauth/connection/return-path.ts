// The path that a person comes back to after connecting an account. It is always on the app's own
// origin, no matter who wrote the link. Pure.

/**
 * Encoded dots, slashes, percents and controls: a router or proxy that decodes again would read
 * another path.
 */
const ENCODED_TRICK = /%(?:2e|2f|5c|25|[01][0-9a-f]|7f)/i

/**
 * Whether every reader takes a text for a path on its own origin. It may have a query and a
 * fragment.
 */
export function isReturnPath(text: string): boolean {
  if (text.length > 2048 || !/^\/[\x21-\x7e]*$/.test(text)) return false
  const path = text.replace(/[?#].*$/, '')
  if (
    path.includes('//') ||
    ENCODED_TRICK.test(path) ||
    path.split('/').some((part) => part === '.' || part === '..')
  )
    return false
  const base = 'https://app.example'
  return URL.canParse(text, base) && new URL(text, base).href === base + text
}
