// onbehalf/jwt: verifies JWT access tokens (RFC 9068) with the issuer's published keys, proofs of
// possession (RFC 9449), and logout tokens.

export { type BackChannelLogoutOptions, backChannelLogout } from './back-channel-logout.ts'
export { type DpopProofsOptions, dpopProofs } from './dpop-proofs.ts'
export { type JwtVerifierOptions, jwtVerifier } from './verifier.ts'
