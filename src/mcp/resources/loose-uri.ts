// URIs as lax servers read them. Parsers of URLs take out blanks and steps such as `..` (URL Standard,
// section 4.4), and some servers decode a URI before they look for its template.

/** How often a URI may be decoded by one reader after another. */
const MAX_ROUNDS = 4

/** The forms in which servers may read a URI, folded so that equal ones have equal texts. */
export function looseForms(uri: string): readonly string[] {
  return [...new Set([uri, decode(uri)].flatMap((text) => [fold(text), fold(parsed(text))]))]
}

/** The same for the text that the URIs of a template begin with. */
export function looseBeginnings(beginning: string): readonly string[] {
  // A parser would end a host that goes on.
  const isWhole = beginning.endsWith('/')
  return [...new Set([fold(beginning), ...(isWhole ? [fold(parsed(beginning))] : [])])]
}

/** Whether a parser of URLs reads something else than what is written. */
export function hasSteps(uri: string): boolean {
  return /[\u0000-\u0020\u007f\\]|\/(?:\.|%2e){1,2}(?:[/?#]|$)/i.test(uri)
}

function parsed(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).href : uri
}

/** A scheme, and the segments behind it, without what may be written or left out. */
function fold(uri: string): string {
  const plain = decode(uri)
    .replace(/[\u0000-\u0020\u007f]/g, '')
    .replaceAll('\\', '/')
    .toLowerCase()
  const scheme = /^[a-z][a-z0-9+.-]*:/.exec(plain)?.[0] ?? ''
  const end = plain.search(/[?#]/)
  const path = plain.slice(scheme.length, end < 0 ? plain.length : end)
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.')
      // Whoever is named before a host changes nothing of where it leads.
      segments.push(segments.length === 0 ? segment.slice(segment.indexOf('@') + 1) : segment)
  }
  const last = path.endsWith('/') && segments.length > 0 ? '/' : ''
  return `${scheme}${segments.join('/')}${last}${end < 0 ? '' : plain.slice(end)}`
}

function decode(uri: string): string {
  let text = uri
  for (let round = 0; round < MAX_ROUNDS && text.includes('%'); round++)
    text = text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
  return text
}
