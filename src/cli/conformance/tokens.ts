// The tokens that a target is tried with: made by the issuer that the command brings, or handed in by
// the operator. Some can be made of a good one.

import { Credential } from 'onbehalf'
import type { Issuer } from './world/issuer.ts'

/** What a token is for. The operator hands one in as `--token ROLE=env:NAME`. */
export const ROLES = {
  alice: 'a person’s',
  bob: 'another person’s',
  'alice-again': 'a newer one of the first person’s, as a refresh gives it',
  expired: 'one of the first person’s that has expired',
  'other-audience': 'one of the first person’s for another audience',
  'other-issuer': 'one of an issuer that the target does not trust',
} as const

/** A role. */
export type Role = keyof typeof ROLES

/** Gives the token of a role. */
export interface Tokens {
  /** Undefined where nobody handed one in. */
  of(role: Role): Credential | undefined
  /** A good token for another address of the target. */
  at(resource: string): Credential | undefined
  /** The claims of a good token without a signature (RFC 8725 section 3.2). */
  unsigned(): Credential | undefined
  /** A good token whose signature is another one. */
  otherSignature(): Credential | undefined
}

/** Those of the issuer that is brought. */
export function issuedTokens(issuer: Issuer, resource: string, scope: string): Tokens {
  const given = new Map<string, Credential>()
  const good = { subject: 'alice', audience: resource, scope }
  const make: Readonly<Record<Role, () => string>> = {
    alice: () => issuer.token(good),
    bob: () => issuer.token({ ...good, subject: 'bob' }),
    'alice-again': () => issuer.token(good),
    expired: () => issuer.token({ ...good, seconds: -3600 }),
    'other-audience': () => issuer.token({ ...good, audience: 'https://elsewhere.example/mcp' }),
    'other-issuer': () => issuer.token({ ...good, issuer: 'https://issuer.elsewhere.example' }),
  }
  const kept = (name: string, one: () => string) => {
    const token = given.get(name) ?? new Credential(one())
    given.set(name, token)
    return token
  }
  return {
    of: (role) => kept(role, make[role]),
    at: (audience) => kept(`at ${audience}`, () => issuer.token({ ...good, audience })),
    unsigned: () => unsigned(kept('alice', make.alice)),
    otherSignature: () => kept('other signature', () => issuer.token({ ...good, key: 'other' })),
  }
}

/** Those that were handed in. */
export function handedTokens(given: ReadonlyMap<Role, Credential>): Tokens {
  const alice = given.get('alice')
  return {
    of: (role) => given.get(role),
    at: () => alice,
    unsigned: () => alice && unsigned(alice),
    otherSignature: () => alice && withOtherSignature(alice),
  }
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Undefined for a token that is no JWT. */
function unsigned(token: Credential): Credential | undefined {
  const [, claims, signature] = token.reveal().split('.')
  return claims === undefined || signature === undefined
    ? undefined
    : new Credential(`${encoded({ alg: 'none', typ: 'at+jwt' })}.${claims}.`)
}

/** One bit of the signature is another one. */
function withOtherSignature(token: Credential): Credential | undefined {
  const [header, claims, signature] = token.reveal().split('.')
  if (claims === undefined || signature === undefined) return undefined
  const bytes = Buffer.from(signature, 'base64url')
  bytes[8] = (bytes[8] ?? 0) ^ 1
  return new Credential(`${header}.${claims}.${bytes.toString('base64url')}`)
}
