// Who a request is from, for a chat server in any language: a JWT (RFC 7519) that the gateway signs
// with a secret which both have (HS256, RFC 7518 section 3.2). It is no credential: nothing takes it
// but that server.

import { createHmac } from 'node:crypto'
import type { Caller } from '../../caller.ts'
import type { Credential } from '../../core/credential.ts'

/** What a principal is signed with, and for whom. */
export interface SigningOptions {
  /** The gateway's own address. */
  readonly issuer: string
  /** The chat server's URL. */
  readonly audience: string
  readonly secret: Credential
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Seconds that a signed principal is good for: it is read when the request arrives. */
const LIFETIME_SECONDS = 60

/** Signs for one caller. */
export function signPrincipal(
  { principal, token, trace }: Caller,
  { issuer, audience, secret, now }: SigningOptions,
): string {
  const seconds = Math.floor(now() / 1000)
  const { name } = token.claims
  const claims = {
    iss: issuer,
    aud: audience,
    iat: seconds,
    exp: Math.min(seconds + LIFETIME_SECONDS, Math.floor(token.expiresAt)),
    // The two together are the person: a subject alone is one of its issuer.
    sub: principal.subject,
    subject_issuer: principal.issuer,
    ...(principal.tenant === undefined ? {} : { tenant: principal.tenant }),
    ...(typeof name === 'string' ? { name } : {}),
    trace,
  }
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`
  return `${signed}.${createHmac('sha256', secret.reveal()).update(signed).digest('base64url')}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
