// Proof of possession (RFC 9449): the port that verifies a proof for a door, and the nonces that
// servers want in proofs. verify.ts checks that the token is bound to the key.

import type { Credential } from '../credential.ts'
import type { Result } from '../errors.ts'

/** The request that came with a proof. */
export interface ProvedRequest {
  readonly method: string
  /** The URL that the proof must name, without a query. */
  readonly url: string
  /** The access token that came with the proof. */
  readonly credential: Credential
}

/** A proof that is good for a request. */
export interface VerifiedProof {
  /** SHA-256 thumbprint of the key (RFC 7638), as the `cnf` claim of a bound token names it. */
  readonly keyThumbprint: string
  /**
   * Marks the proof as used; false when it was used before. The door calls it after the token is
   * verified, so that nobody can fill the memory without a token.
   */
  use(): boolean
}

/** The port: verifies the proof that came with one request. */
export interface ProofVerifier {
  /** Signature algorithms to name in the challenge (RFC 9449 section 7.1). */
  readonly algorithms: readonly string[]
  /**
   * @param proof The `DPoP` header, null when there was none.
   * @returns The proof; `proof_missing` or `proof_invalid`. It does not throw, whatever a caller
   *   sent.
   */
  verify(proof: string | null, request: ProvedRequest): Promise<Result<VerifiedProof>>
}

/**
 * Whether a text is a nonce that a server may ask for (RFC 9449 section 8.1). A longer one would
 * fill the headers of our requests.
 */
export function isNonce(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/.test(text)
}

/**
 * Reads the nonce that a resource server wants in the proof (RFC 9449 section 9). It counts with a
 * 401 only: then the server has not run the request.
 */
export function wantedNonce(response: Response): string | undefined {
  const nonce = response.status === 401 ? response.headers.get('dpop-nonce') : null
  return nonce !== null && isNonce(nonce) ? nonce : undefined
}
