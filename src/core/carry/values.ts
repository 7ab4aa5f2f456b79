// The values that a place in a request takes. They are checked at the last moment, because the
// platform's own checks quote what they refuse.

import { granted, type Result } from '../errors.ts'
import { malformed } from './fill-template.ts'

/**
 * The value of a header: visible ASCII, with blanks inside (RFC 9110 section 5.5). No such value ends
 * the line or begins another header.
 */
export function headerValue(text: string): Result<string> {
  return isHeaderValue(text)
    ? granted(text)
    : malformed(
        'a value of visible ASCII characters, with blanks inside only; for anything else write {base64:{credential}} if the server decodes it',
      )
}

/** Whether a text can be a header's value. */
export function isHeaderValue(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text) && !text.startsWith(' ') && !text.endsWith(' ')
}

/** The value of a cookie (RFC 6265 section 4.1.1). No such value ends it or begins another. */
export function cookieValue(text: string): Result<string> {
  return /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(text)
    ? granted(text)
    : malformed(
        'a value that a cookie may have: visible ASCII without quotes, commas, semicolons and backslashes; for anything else write {base64:{credential}} if the server decodes it',
      )
}

/** A parameter of a query, percent-encoded (RFC 3986 section 3.4). */
export function queryParameter(name: string, value: string): Result<string> {
  const encoded = encoded3986(value)
  return encoded === undefined
    ? malformed('a text that can be percent-encoded')
    : granted(`${encodeURIComponent(name)}=${encoded}`)
}

/** A piece of a path, percent-encoded. It adds no folder and climbs out of none. */
export function pathPiece(value: string): Result<string> {
  const encoded = encoded3986(value)
  return encoded === undefined || /[/\\]/.test(value) || /^\.+$/.test(value)
    ? malformed('a value without slashes and backslashes that is not only dots')
    : granted(encoded)
}

/** Undefined for half a character, which has no encoding. */
function encoded3986(value: string): string | undefined {
  try {
    return encodeURIComponent(value)
  } catch {
    return undefined
  }
}
