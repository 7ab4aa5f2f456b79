// What attachments may be, which of them a browser may show by itself, and what is said of them in headers. Nothing here looks into bytes.

/** Taken unless the app says otherwise. None of them can carry a script that a browser runs. */
export const COMMON_TYPES: readonly string[] = Object.freeze([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'application/pdf',
  'text/plain',
  'text/csv',
  'text/markdown',
  'application/json',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.oasis.opendocument.presentation',
])

/** Shown in the page. SVG is a document with scripts, and not among them. */
const SHOWN: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
])

/** A media type without its parameters, in lower case; undefined when it is none (RFC 9110 section 8.3.1). */
export function plainType(mediaType: string | null): string | undefined {
  const plain = mediaType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(plain) ? plain : undefined
}

/** Whether it is an image with a preview. */
export function isShown(type: string): boolean {
  return SHOWN.has(type)
}

/** A name that is no path and says nothing else than it seems to: no control characters, none that turn the direction of text. */
export function cleanName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim()
  return clean.slice(0, 255).replace(/[\ud800-\udbff]$/, '') || 'file'
}

/** The headers of a file that is given out. Whatever was uploaded, it is no page of this origin. */
export function headersOf(name: string, type: string): Readonly<Record<string, string>> {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  // RFC 8187 section 3.2.1: these four are no attr-char, and encodeURIComponent leaves them.
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return {
    'content-type': COMMON_TYPES.includes(type) ? type : 'application/octet-stream',
    'content-disposition': `${isShown(type) ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${whole}`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, max-age=300',
    'accept-ranges': 'none',
  }
}
