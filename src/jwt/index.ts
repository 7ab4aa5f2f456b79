// onbehalf/jwt: verifies JWT access tokens (RFC 9068) with the issuer's published keys, and proofs
// of possession (RFC 9449).

export { type DpopProofsOptions, dpopProofs } from './dpop-proofs.ts'
export { type JwtVerifierOptions, jwtVerifier } from './verifier.ts'
