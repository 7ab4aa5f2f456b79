// onbehalf/jwt: verifies JWT access tokens (RFC 9068) with the issuer's published keys.

export { type JwtVerifierOptions, jwtVerifier } from './verifier.ts'
