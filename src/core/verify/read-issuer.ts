// Reads which issuer a JWT says that it comes from, to choose who verifies it. Nothing is believed:
// the verifier of that issuer checks the signature and the claim.

import type { Credential } from '../credential.ts'
import { isObject, parseForeignJson } from '../json.ts'

const MAX_TOKEN_CHARS = 16 * 1024

/** The `iss` that a token names; undefined when it is no JWT, or names none. */
export function readIssuer(credential: Credential): string | undefined {
  const claims = unverifiedClaims(credential.reveal())
  return typeof claims?.iss === 'string' ? claims.iss : undefined
}

function unverifiedClaims(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > MAX_TOKEN_CHARS) return undefined
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(text) ?? []
  if (payload === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    )
    const claims = parseForeignJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isObject(claims) ? claims : undefined
  } catch {
    return undefined
  }
}
