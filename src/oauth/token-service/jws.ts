// Signed messages (RFC 7515) over the platform's own cryptography: made with one algorithm, and
// verified with a few. It knows no claim.

import type { webcrypto } from 'node:crypto'
import { isObject, parseForeignJson, type UnknownObject } from '../../core/json.ts'

/** The algorithm of our own tokens. */
export const OWN_ALGORITHM = 'ES256'

/** How the platform calls an algorithm: to import a key, and to use it. */
interface Algorithm {
  readonly key: webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams | { name: 'Ed25519' }
  readonly use: webcrypto.EcdsaParams | webcrypto.RsaPssParams | { name: string }
}

const ED25519: Algorithm = { key: { name: 'Ed25519' }, use: { name: 'Ed25519' } }

const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  [
    'ES256',
    { key: { name: 'ECDSA', namedCurve: 'P-256' }, use: { name: 'ECDSA', hash: 'SHA-256' } },
  ],
  [
    'RS256',
    {
      key: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      use: { name: 'RSASSA-PKCS1-v1_5' },
    },
  ],
  [
    'PS256',
    { key: { name: 'RSA-PSS', hash: 'SHA-256' }, use: { name: 'RSA-PSS', saltLength: 32 } },
  ],
  ['EdDSA', ED25519],
  ['Ed25519', ED25519],
])

/** The algorithms that a client's assertion may have. None of them has a shared secret. */
export const CLIENT_ALGORITHMS: readonly string[] = [...ALGORITHMS.keys()]

/** A longer message does not fit into a header. */
const MAX_CHARS = 16 * 1024

/** A signed message that was taken apart. Nothing of it is verified. */
export interface Jws {
  readonly header: UnknownObject
  readonly claims: UnknownObject
  readonly signed: string
  readonly signature: string
}

/** Takes a message apart; undefined when it is none, or needs an extension that we do not know. */
export function parseJws(text: string): Jws | undefined {
  if (text.length > MAX_CHARS) return undefined
  const [, first = '', second = '', signature = ''] =
    /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text) ?? []
  const header = objectIn(first)
  const claims = objectIn(second)
  // No extension is supported, so none may be critical (RFC 7515 section 4.1.11). `b64` (RFC 7797)
  // would change which bytes were signed.
  if (!header || !claims || 'crit' in header || 'b64' in header) return undefined
  return { header, claims, signed: `${first}.${second}`, signature }
}

function objectIn(base64url: string): UnknownObject | undefined {
  try {
    const bytes = Buffer.from(base64url, 'base64url')
    const json = parseForeignJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a message was signed with a key. The algorithm is the header's only where it is in the
 * list and fits the key, so that nobody chooses a weaker one (RFC 8725 section 3.1).
 */
export async function verifyJws(
  { header, signed, signature }: Jws,
  jwk: webcrypto.JsonWebKey,
  accepted: readonly string[],
): Promise<boolean> {
  const { alg } = header
  if (typeof alg !== 'string' || !accepted.includes(alg)) return false
  const algorithm = ALGORITHMS.get(alg)
  if (!algorithm || (jwk.alg !== undefined && ALGORITHMS.get(jwk.alg) !== algorithm)) return false
  try {
    // What else a published key says of its use is for its owner.
    const { key_ops: _, use: __, alg: ___, ext: ____, ...bare } = jwk
    const key = await crypto.subtle.importKey('jwk', bare, algorithm.key, false, ['verify'])
    return await crypto.subtle.verify(
      algorithm.use,
      key,
      Buffer.from(signature, 'base64url'),
      new TextEncoder().encode(signed),
    )
  } catch {
    // The key is of another kind than the algorithm.
    return false
  }
}

/** Whether a key is public, and one that we can verify with. */
export function isPublicKey(jwk: webcrypto.JsonWebKey): boolean {
  if (jwk.d !== undefined || jwk.k !== undefined) return false
  switch (jwk.kty) {
    case 'EC':
      return jwk.crv === 'P-256'
    case 'OKP':
      return jwk.crv === 'Ed25519'
    case 'RSA':
      // Shorter ones can be broken (RFC 7518 section 3.3).
      return Buffer.from(jwk.n ?? '', 'base64url').length >= 256
    default:
      return false
  }
}

/** Signs claims with one of our own keys. */
export async function signJws(
  key: webcrypto.CryptoKey,
  header: Readonly<Record<string, string>>,
  claims: UnknownObject,
): Promise<string> {
  const signed = `${encode({ alg: OWN_ALGORITHM, ...header })}.${encode(claims)}`
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key,
    new TextEncoder().encode(signed),
  )
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}

function encode(json: UnknownObject): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url')
}
