// An issuer in this process: real keys, a fetch handler that counts what it is asked, and a mint
// for tokens, good and bad.

import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { Credential } from '../../src/core/credential.ts'

export const ISSUER = 'https://login.example'
export const RESOURCE = 'https://tasks.example/mcp'
/** 2026-01-01, in seconds. */
export const START = 1_767_225_600

export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return {
    kid,
    alg,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
  }
}

/** Claims of a good token; a claim set to undefined is left out. */
export function goodClaims(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: ISSUER,
    sub: 'alice',
    aud: RESOURCE,
    iat: START,
    exp: START + 300,
    jti: 'token-1',
    client_id: 'app',
    scope: 'tasks:read tasks:write',
    ...overrides,
  }
}

export async function mint(
  key: SigningKey,
  claims: Record<string, unknown> = goodClaims(),
  header: Record<string, unknown> = {},
): Promise<Credential> {
  return new Credential(
    await new SignJWT(claims)
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
      .sign(key.privateKey),
  )
}

export interface FakeIssuer {
  readonly fetch: typeof globalThis.fetch
  /** URLs asked for, in order. */
  readonly asked: string[]
  readonly inits: RequestInit[]
  keys: JWK[]
  metadata: Record<string, unknown>
  /** Overrides the answer for URLs that it returns one for. */
  answer: ((url: string, init: RequestInit) => Response | Promise<Response> | undefined) | undefined
  jwksFetches(): number
}

export function fakeIssuer(keys: readonly SigningKey[]): FakeIssuer {
  const asked: string[] = []
  const inits: RequestInit[] = []
  const issuer: FakeIssuer = {
    asked,
    inits,
    keys: keys.map((key) => key.publicJwk),
    metadata: { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks`, token_endpoint: `${ISSUER}/token` },
    answer: undefined,
    jwksFetches: () => asked.filter((url) => url === `${ISSUER}/jwks`).length,
    fetch: async (input, init = {}) => {
      const url = String(input)
      asked.push(url)
      inits.push(init)
      const own = issuer.answer?.(url, init)
      if (own) return own
      if (url === `${ISSUER}/.well-known/oauth-authorization-server`)
        return Response.json(issuer.metadata)
      if (url === `${ISSUER}/jwks`) return Response.json({ keys: issuer.keys })
      return new Response(null, { status: 404 })
    },
  }
  return issuer
}

/** Milliseconds since the epoch, moved by hand. */
export function clock(seconds: number = START): {
  now: () => number
  advance(seconds: number): void
} {
  let at = seconds
  return {
    now: () => at * 1000,
    advance: (by) => {
      at += by
    },
  }
}

export function base64url(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  )
}
