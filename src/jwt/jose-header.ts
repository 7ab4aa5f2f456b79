// Reads the protected header of a signed token (RFC 7515), before anybody looks for a key.

import { decodeProtectedHeader } from 'jose'
import { granted, type Result, refused } from '../core/errors.ts'
import { differs } from '../core/verify/verify.ts'
import type { KeyHint } from './key-set.ts'

/** More than any HTTP server accepts in a header, and few enough to hash and decode cheaply. */
const MAX_TOKEN_CHARS = 16 * 1024

const MAX_KEY_ID_CHARS = 256

/** A header that may choose a key. */
export interface JoseHeader extends KeyHint {
  /** `typ` in lower case, without `application/` (RFC 7515 section 4.1.9). */
  readonly type: unknown
}

/**
 * Reads the header of a token. It does not throw, whatever was sent.
 *
 * @param algorithms The signature algorithms to accept.
 */
export function readJoseHeader(text: string, algorithms: readonly string[]): Result<JoseHeader> {
  // A JWS has three parts; a JWE has five. The last part of an unsecured token is empty, and its
  // algorithm is refused below.
  if (text.length > MAX_TOKEN_CHARS || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text))
    return refused('token_malformed')
  let header: ReturnType<typeof decodeProtectedHeader>
  try {
    header = decodeProtectedHeader(text)
  } catch {
    return refused('token_malformed')
  }
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || !algorithms.includes(alg))
    return differs('algorithm_refused', algorithms, alg)
  // We support no extension, so none may be critical (RFC 7515 section 4.1.11). `b64` (RFC 7797)
  // would change which bytes were signed.
  if ('crit' in header || 'b64' in header) return refused('token_malformed')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KEY_ID_CHARS))
    return refused('token_malformed')
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ
  return granted({ alg, ...(kid === undefined ? {} : { kid }), type })
}
