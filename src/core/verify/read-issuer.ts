// Reads which issuer a JWT says that it comes from, to choose who verifies it. Nothing is believed:
// the verifier of that issuer checks the signature and the claim.

import type { Credential } from '../credential.ts'
import { readClaims } from '../unverified-claims.ts'

/** The `iss` that a token names; undefined when it is no JWT, or names none. */
export function readIssuer(credential: Credential): string | undefined {
  const iss = readClaims(credential.reveal())?.iss
  return typeof iss === 'string' ? iss : undefined
}
