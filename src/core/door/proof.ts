// Proof of possession (RFC 9449): the port by which a door has a proof verified, and the nonces
// that servers want in one. Whether a token is bound to the key is a matter of `verify.ts`.

import type { Credential } from '../credential.ts'
import type { Result } from '../errors.ts'

/** The request that came with a proof. */
export interface ProvedRequest {
  readonly method: string
  /** Where the caller must have sent it, without query. */
  readonly url: string
  /** The access token that came with the proof. */
  readonly credential: Credential
}

/** A proof that holds for a request. */
export interface VerifiedProof {
  /** SHA-256 thumbprint of the key (RFC 7638), as the `cnf` claim of a bound token names it. */
  readonly keyThumbprint: string
  /**
   * Marks the proof as used; false when it was used before. Called once the token has been
   * verified, so that nobody without a token fills the memory.
   */
  use(): boolean
}

/** The port: verifies the proof that came with one request. */
export interface ProofVerifier {
  /** Signature algorithms to name in the challenge (RFC 9449 section 7.1). */
  readonly algorithms: readonly string[]
  /**
   * @param proof The `DPoP` header, null when there was none.
   * @returns The proof, or `proof_missing` or `proof_invalid`. Does not throw for anything that a
   *   caller sent.
   */
  verify(proof: string | null, request: ProvedRequest): Promise<Result<VerifiedProof>>
}

/**
 * Whether a text is a nonce that a server may ask for (RFC 9449 section 8.1); longer ones would
 * fill our own requests' headers.
 */
export function isNonce(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/.test(text)
}

/**
 * The nonce that a resource server wants in the proof (RFC 9449 section 9): with a 401, so the
 * request has not been run.
 */
export function wantedNonce(response: Response): string | undefined {
  const nonce = response.status === 401 ? response.headers.get('dpop-nonce') : null
  return nonce !== null && isNonce(nonce) ? nonce : undefined
}
