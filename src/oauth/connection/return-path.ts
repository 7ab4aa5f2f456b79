// The path that a person comes back to after connecting an account: on the app's own origin, whoever wrote the link. Pure.

/** Dots, slashes, percents and controls, encoded: a router or proxy that decodes once more would read another path. */
const ENCODED_TRICK = /%(?:2e|2f|5c|25|[01][0-9a-f]|7f)/i

/** Whether a text is a path (with query and fragment, if any) that every reader takes for one on its own origin. */
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
