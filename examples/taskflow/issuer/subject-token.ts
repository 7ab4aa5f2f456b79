// Verifies that a subject token is an access token that this issuer signed. The policy checks its
// audience and expiry.

import { createPublicKey } from 'node:crypto'
import { errors as joseErrors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { PrivateKey } from '../keys.ts'
import type { ActClaim, SubjectToken } from './exchange-policy.ts'

/** The person whose token it is, and the grant behind it. */
export interface VerifiedSubject {
  readonly subject: string
  readonly grantId: string
}

/** Gives undefined for a text that is not an access token of this issuer. */
export type VerifySubject = (token: string) => Promise<(VerifiedSubject & SubjectToken) | undefined>

const actClaim: z.ZodType<ActClaim> = z.lazy(() =>
  z.object({ sub: z.string(), act: actClaim.optional() }),
)

const claims = z.object({
  sub: z.string().min(1),
  gid: z.string().min(1),
  aud: z.union([z.string().transform((audience) => [audience]), z.array(z.string())]),
  scope: z.string().default(''),
  exp: z.number(),
  act: actClaim.optional(),
})

/** Makes the verifier for one issuer and its key. */
export function subjectVerifier(issuer: string, issuerKey: PrivateKey): VerifySubject {
  const publicKey = createPublicKey({ key: { ...issuerKey }, format: 'jwk' })
  return async (token) => {
    try {
      // `typ` refuses ID tokens, which the same key signs, and client assertions (RFC 9068 section
      // 4).
      const { payload } = await jwtVerify(token, publicKey, {
        issuer,
        typ: 'at+jwt',
        algorithms: ['ES256'],
      })
      const { sub, gid, aud, scope, exp, act } = claims.parse(payload)
      const scopes = scope.split(' ').filter((scope) => scope !== '')
      return {
        subject: sub,
        grantId: gid,
        audience: aud,
        scopes,
        expiresAt: exp,
        ...(act ? { act } : {}),
      }
    } catch (error) {
      if (error instanceof joseErrors.JOSEError || error instanceof z.ZodError) return undefined
      throw error
    }
  }
}
