// A client's assertion (`private_key_jwt`, RFC 7523 section 3): signed with the client's key, for this
// service alone, short-lived, and good once.

import type { webcrypto } from 'node:crypto'
import { CLIENT_ALGORITHMS, type Jws, parseJws, verifyJws } from './jws.ts'
import type { Client } from './options.ts'

/** `client_assertion_type` (RFC 7523 section 2.2). */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const TOLERANCE_SECONDS = 30

/** The longest life of an assertion that is taken. Used ones are remembered for so long. */
const MAX_LIFE_SECONDS = 300

const MAX_ID_CHARS = 256

/** Assertions remembered at most. When there are more that have not expired, no other is taken. */
const MAX_USED = 100_000

/** Whether an assertion proves that its sender is this client. A second time it does not. */
export type AssertionVerifier = (client: Client, assertion: string) => Promise<boolean>

/** The client that an assertion names, unverified. */
export function clientNamedBy(assertion: string): string | undefined {
  const sub = parseJws(assertion)?.claims.sub
  return typeof sub === 'string' ? sub : undefined
}

/**
 * Makes a verifier. Used assertions are remembered in this process: where several serve one issuer,
 * one can be used once at each within its life.
 *
 * @param audiences What names this service: its issuer identifier, or its token endpoint.
 * @param now Milliseconds since the epoch.
 */
export function assertionVerifier(
  audiences: readonly string[],
  now: () => number,
): AssertionVerifier {
  const used = new Map<string, number>()

  /** Marks an assertion as used, and tells whether it is new. */
  function use(id: string, until: number, seconds: number): boolean {
    if (used.has(id)) return false
    if (used.size >= MAX_USED)
      for (const [known, end] of used) if (end < seconds) used.delete(known)
    if (used.size >= MAX_USED) return false
    used.set(id, until)
    return true
  }

  return async (client, assertion) => {
    const jws = parseJws(assertion)
    if (!jws) return false
    const { iss, sub, aud, exp, nbf, iat, jti } = jws.claims
    if (iss !== client.id || sub !== client.id) return false
    // An assertion for several servers could be sent on by one of them.
    const [audience, ...more] = Array.isArray(aud) ? aud : [aud]
    if (typeof audience !== 'string' || more.length > 0 || !audiences.includes(audience))
      return false
    const seconds = now() / 1000
    if (!isTime(exp) || exp <= seconds - TOLERANCE_SECONDS) return false
    if (exp > seconds + MAX_LIFE_SECONDS + TOLERANCE_SECONDS) return false
    const starts = [nbf, iat].filter((time) => time !== undefined)
    if (!starts.every((time) => isTime(time) && time <= seconds + TOLERANCE_SECONDS)) return false
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_CHARS) return false
    const { kid } = jws.header
    const fitting = client.keys.filter(({ kty }) => kty === keyTypeOf(jws))
    if (fitting.length === 0) await verifyForNobody(jws)
    for (const key of fitting) {
      const known = 'kid' in key ? key.kid : undefined
      if (kid !== undefined && known !== undefined && kid !== known) continue
      // Marked only once it is verified, so that nobody else can use it up.
      if (await verifyJws(jws, key, CLIENT_ALGORITHMS))
        return use(JSON.stringify([client.id, jti]), exp + TOLERANCE_SECONDS, now() / 1000)
    }
    return false
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function keyTypeOf({ header: { alg } }: Jws): string | undefined {
  if (alg === 'ES256') return 'EC'
  return alg === 'RS256' || alg === 'PS256' ? 'RSA' : 'OKP'
}

/** Keys of nobody: the base points of the curves, and a modulus that nobody made. */
const KEYS_OF_NOBODY: readonly webcrypto.JsonWebKey[] = [
  {
    kty: 'EC',
    crv: 'P-256',
    x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
    y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  },
  { kty: 'OKP', crv: 'Ed25519', x: 'WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY' },
  { kty: 'RSA', n: Buffer.alloc(256, 0xc5).toString('base64url'), e: 'AQAB' },
]

/**
 * Takes the time of a verification, and tells nothing. Otherwise the time of a refusal would tell
 * everybody which clients there are, and which kinds of keys they have.
 */
async function verifyForNobody(jws: Jws): Promise<void> {
  const key = KEYS_OF_NOBODY.find(({ kty }) => kty === keyTypeOf(jws))
  if (key) await verifyJws(jws, key, CLIENT_ALGORITHMS)
}
