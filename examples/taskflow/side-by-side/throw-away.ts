// The token of the left lane: a real access token of the person for the real API, which lives for a
// minute. It is the only token in TaskFlow that a model or a thief ever gets.

import { SignJWT } from 'jose'
import type { Credential, TokenExchanger } from 'onbehalf'
import type { PrivateKey } from '../keys.ts'
import type { ThrowAwayFacts } from './lane.ts'

/** A throw-away token. */
export interface ThrowAway {
  readonly facts: ThrowAwayFacts
  /** Sends a request to the API with it. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>
}

const scopes = ['tasks:read', 'tasks:write']
const DEADLINE_MS = 6000

/**
 * Exchanges the person's token for a throw-away token.
 *
 * @throws Error when the issuer refuses.
 */
export async function throwAwayToken(
  exchanger: TokenExchanger,
  subjectToken: Credential,
  api: string,
): Promise<ThrowAway> {
  const issued = await exchanger.exchange(subjectToken, { resource: api, scopes })
  if (!issued.ok) throw new Error(`There is no throw-away token: ${issued.refusal.reason}`)
  const { credential, expiresAt } = issued.value
  const value = credential.reveal()
  const lifetimeSeconds = Math.round(expiresAt - Date.now() / 1000)
  return {
    facts: { value, audience: api, scopes: issued.value.scopes, lifetimeSeconds },
    fetch: (url, init) => callWith(value, url, init),
  }
}

/** Sends a request with a bearer token, or with none for an empty one. */
export async function callWith(
  token: string,
  url: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers)
  if (token !== '') headers.set('authorization', `Bearer ${token}`)
  const signal = AbortSignal.timeout(DEADLINE_MS)
  return await fetch(url, { ...init, headers, redirect: 'error', signal })
}

/** Makes a token as the issuer makes it, whose minute was over a minute ago. */
export async function expiredToken(
  key: PrivateKey,
  { issuer, subject, api }: { issuer: string; subject: string; api: string },
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return await new SignJWT({ client_id: 'taskflow-literal', scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(api)
    .setJti(crypto.randomUUID())
    .setIssuedAt(now - 120)
    .setExpirationTime(now - 60)
    .sign(await crypto.subtle.importKey('jwk', { ...key }, EC, false, ['sign']))
}

const EC = { name: 'ECDSA', namedCurve: 'P-256' }
