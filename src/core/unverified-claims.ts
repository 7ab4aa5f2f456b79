// Reads what a token says of itself, where it is a JWT. Nobody verified it: it is read to choose a
// verifier, to refuse a token, and for the audit, never to trust one.

import { isObject, parseForeignJson, type UnknownObject } from './json.ts'

/** A longer token does not fit into a header. */
const MAX_TOKEN_CHARS = 16 * 1024

/** The claims of a JWT, unverified; undefined for a token that nobody but its issuer can read. */
export function readClaims(token: string): UnknownObject | undefined {
  if (token.length > MAX_TOKEN_CHARS) return undefined
  // Padded, or in the other alphabet, it is no JWT for a verifier. It still says whose it is.
  const payload = /^[\w+/-]+=*\.([\w+/-]+)=*\.[\w+/-]*=*$/.exec(token)?.[1]
  if (payload === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (byte) =>
      byte.charCodeAt(0),
    )
    const claims = parseForeignJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isObject(claims) ? claims : undefined
  } catch {
    return undefined
  }
}
