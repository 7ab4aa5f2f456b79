// Makes a text safe for a log line: it blanks what looks like a credential, and escapes characters
// that control a terminal or hide text. This is the last layer only, because a secret without a
// known form cannot be recognized. The first layer is that no field is meant to contain one.

const BLANK = '[credential]'

/**
 * Longer texts are cut before they are searched. A JWT is recognized by its first characters, so no
 * piece of one stays at the cut.
 */
const MAX_TEXT_CHARS = 4096

/**
 * `Bearer x`, in upper or lower case, also URL-encoded. These registered schemes carry a secret.
 */
const SCHEME = /\b(bearer|basic|dpop)(?:\s|%20|\+)+[^\s"'\\,;]+/gi

/** The same, and no word of a sentence such as "the basic plan". */
const SURE_SCHEME =
  /\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC|D[Pp]o[Pp]|dpop)(?:\s|%20|\+)+(?=[\w.~+/=-]*(?:\d|[a-z][A-Z])|[\w.~+/=-]{20})[\w.~+/=-]{8,}/

/**
 * A JWT or a piece of one: every header and every payload begins with `{"`, which is `eyJ` in
 * base64url.
 */
const JWT = /eyJ[\w-]{8,}(?:\.[\w-]*)*/g

/** A JWT, `Bearer ` or `bearer ` that was base64-encoded once more. */
const ENCODED = /(?:ZXlK|QmVhcmVy|YmVhcmVy)[\w+/-]{8,}=*/g

/** What a credential is called. */
const NAMES = [
  '(?:access|refresh|id|subject|actor|auth|session)_?token',
  'token',
  'client_?(?:secret|assertion)',
  'assertion',
  'password',
  'secret',
  'authorization',
  'cookie',
  '(?:x-)?api[-_]?key',
  'code_verifier',
]

/** An authorization code is called so, and a program or a voucher as well. */
const NAMED = named([...NAMES, 'code'])
const SURELY_NAMED = named(NAMES)

/** User-info in a URL. */
const USER_INFO = /\/\/[^\s/?#@]{1,1024}@/g

/**
 * C0 and C1 controls and DEL (line breaks, ANSI escapes), zero-width characters, and characters
 * that change the direction of the text.
 */
const CONTROL =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/** Gives the text without credentials and control characters, cut to its maximum length. */
export function blankCredentials(text: string): string {
  const cut = text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text
  return cut
    .replace(SCHEME, BLANK)
    .replace(JWT, BLANK)
    .replace(ENCODED, BLANK)
    .replace(NAMED, `$1${BLANK}`)
    .replace(USER_INFO, `//${BLANK}@`)
    .replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * Whether a text has what looks like a credential. Unlike a text for the log, it is read to its end, and
 * may have a `code`, the words "basic plan" and characters that are not seen.
 */
export function looksLikeCredential(text: string): boolean {
  return [SURE_SCHEME, JWT, ENCODED, SURELY_NAMED, USER_INFO].some((form) => text.search(form) >= 0)
}

/**
 * `name=value` and `"name": "value"`, also inside JSON that was put into a string, where quotes are
 * escaped.
 */
function named(names: readonly string[]): RegExp {
  return new RegExp(
    `((?:${names.join('|')})\\\\{0,8}["']?\\s{0,8}(?:[=:]|%3d)\\s{0,8}\\\\{0,8}["']?)(?!\\s)[^\\s"'\\\\,;&}]+`,
    'gi',
  )
}
