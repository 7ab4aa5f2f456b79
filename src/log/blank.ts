// Makes a text fit for a log line: what looks like a credential is blanked, and no character is
// left that a terminal or a reader obeys. The last layer only: a secret without a shape cannot be
// recognised, so the first is that no field is meant to hold one.

const BLANK = '[credential]'

/**
 * Longer texts are cut. The cut comes first, and a JWT is known by its first characters, so that no
 * piece of one is left at the edge.
 */
const LONGEST_TEXT = 4096

/**
 * `Bearer x`, in any case, also URL-encoded. The scheme words are the registered ones that carry a
 * secret.
 */
const SCHEME = /\b(bearer|basic|dpop)(?:\s|%20|\+)+[^\s"'\\,;]+/gi

/**
 * A JWT or a piece of one: every header and every payload begins with `{"`, which is `eyJ` in
 * base64url.
 */
const JWT = /eyJ[\w-]{8,}(?:\.[\w-]*)*/g

/** The same, base64-encoded once more: of a token itself, and of `Bearer ` or `bearer `. */
const ENCODED = /(?:ZXlK|QmVhcmVy|YmVhcmVy)[\w+/-]{8,}=*/g

/**
 * `name=value` and `"name": "value"`, also within JSON that was put into a string (where quotes are
 * escaped).
 */
const NAMED = new RegExp(
  `((?:${[
    '(?:access|refresh|id|subject|actor|auth|session)_?token',
    'token',
    'client_?(?:secret|assertion)',
    'assertion',
    'password',
    'secret',
    'authorization',
    'cookie',
    '(?:x-)?api[-_]?key',
    'code(?:_verifier)?',
  ].join('|')})\\\\{0,8}["']?\\s{0,8}(?:[=:]|%3d)\\s{0,8}\\\\{0,8}["']?)(?!\\s)[^\\s"'\\\\,;&}]+`,
  'gi',
)

/** User-info in a URL. */
const USER_INFO = /\/\/[^\s/?#@]{1,1024}@/g

/**
 * C0 and C1 controls and DEL (line breaks, ANSI escapes), zero-width characters, and those that
 * change the direction of the text.
 */
const OBEYED =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/** The text without credentials, control characters and excess length. */
export function blankCredentials(text: string): string {
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
  return cut
    .replace(SCHEME, BLANK)
    .replace(JWT, BLANK)
    .replace(ENCODED, BLANK)
    .replace(NAMED, `$1${BLANK}`)
    .replace(USER_INFO, `//${BLANK}@`)
    .replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
