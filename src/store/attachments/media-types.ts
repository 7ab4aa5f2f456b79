// Media types and names of attachments: which types are allowed, which a browser may show in the
// page, and the headers of a download. Nothing here looks into the bytes.

/** The types that are allowed by default. None of them can hold a script that a browser runs. */
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

/** The types that a page shows. SVG is left out: it is a document that may hold scripts. */
const SHOWN: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
])

/**
 * A media type in lower case, without its parameters (RFC 9110 section 8.3.1); undefined for any
 * other text.
 */
export function plainType(mediaType: string | null): string | undefined {
  const plain = mediaType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(plain) ? plain : undefined
}

/** Whether a page shows a preview of this type. */
export function isShown(type: string): boolean {
  return SHOWN.has(type)
}

/**
 * A file name that is safe to show: not a path, without control characters, and without characters
 * that change the direction of text (they can make `gpj.exe` read as `exe.jpg`).
 */
export function cleanName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim()
  return clean.slice(0, 255).replace(/[\ud800-\udbff]$/, '') || 'file'
}

/**
 * The headers of a download. They keep a browser from running an uploaded file as a page of this
 * origin.
 */
export function headersOf(name: string, type: string): Readonly<Record<string, string>> {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  // encodeURIComponent leaves these four as they are, but RFC 8187 section 3.2.1 does not allow
  // them.
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
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
