// Reads which issuer a JWT says that it comes from, to choose who verifies it. Nothing is believed:
// the verifier of that issuer checks the signature and the claim.

import type { Credential } from '../credential.ts'
import { granted, type Result } from '../errors.ts'
import { readClaims } from '../unverified-claims.ts'
import { differs } from './verify.ts'

/** The `iss` that a token names; undefined when it is no JWT, or names none. */
export function readIssuer(credential: Credential): string | undefined {
  const iss = readClaims(credential.reveal())?.iss
  return typeof iss === 'string' ? iss : undefined
}

/**
 * Refuses a JWT that names another issuer, before anybody is asked about it: whoever is asked gets the
 * token, and could use it.
 */
export function judgeNamedIssuer(credential: Credential, issuer: string): Result<true> {
  const named = readIssuer(credential)
  return named === undefined || named === issuer
    ? granted(true)
    : differs('issuer_mismatch', [issuer], named)
}
