// The tokens of leaktest's authorization server: JWTs with a marked `jti`, signed so that the same
// label gives the same token in every run (Ed25519 signatures have no random part).

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'

/** What a token says. */
export interface Claims {
  readonly sub: string
  readonly aud: string
  readonly scope: string
  readonly client_id: string
  /** What an identity assertion is for. */
  readonly resource?: string
  /** Who acts for the person, the latest first (RFC 8693 section 4.1). */
  readonly act?: Actor
}

interface Actor {
  readonly sub: string
  readonly act?: Actor
}

/** Kinds of JWT that are given out: RFC 9068 and the identity assertion. */
export type TokenType = 'at+jwt' | 'oauth-id-jag+jwt'

/** Signs and verifies. */
export interface Tokens {
  sign(type: TokenType, id: string, claims: Claims): string
  /** The claims; undefined for what was not signed here, or is another kind of token. */
  verify(text: string, type: TokenType): Claims | undefined
  /** The public key, as a JWK. */
  readonly jwk: object
}

/** Seconds that a token lives. */
export const LIFE_SECONDS = 3600

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

const KEY_ID = 'leaktest'

/** Makes them for one issuer; the key is made of a marked text. */
export function createTokens(issuer: string, now: number, keyText: string): Tokens {
  const seed = Buffer.from(keyText, 'base64url').subarray(0, 32)
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(key)
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'EdDSA', use: 'sig' },
    sign(typ, jti, claims) {
      const header = encode({ alg: 'EdDSA', typ, kid: KEY_ID })
      // The id comes first, so that two payloads differ from the first letters on.
      const payload = encode({ jti, iss: issuer, ...claims, iat: now, exp: now + LIFE_SECONDS })
      const signature = sign(null, Buffer.from(`${header}.${payload}`), key)
      return `${header}.${payload}.${signature.toString('base64url')}`
    },
    verify(text, type) {
      const [header = '', payload = '', signature = ''] = text.split('.')
      const isOurs = verify(
        null,
        Buffer.from(`${header}.${payload}`),
        publicKey,
        Buffer.from(signature, 'base64url'),
      )
      return isOurs && decoded(header).typ === type ? (decoded(payload) as Claims) : undefined
    },
  }
}

/** Of a token that was signed here: what it holds is what was put there. */
function decoded(part: string): { readonly typ?: string } & Partial<Claims> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
}
