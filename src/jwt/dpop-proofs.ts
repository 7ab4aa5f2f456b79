// Verifies DPoP proofs (RFC 9449 section 4.3): that the caller of a request has a key. Only here do
// we use a key that a caller sends. That is safe because the token, not the proof, says which key
// it must be.

import { hash } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK } from 'jose'
import type { ProofVerifier, ProvedRequest, VerifiedProof } from '../core/door/proof.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { isObject } from '../core/json.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { usedProofs } from '../core/used-proofs.ts'
import { ASYMMETRIC } from './verifier.ts'

/** A proof is made for one request that is sent at once. */
const LIFE_SECONDS = 60

/** A proof with an RSA key of 4,096 bits has about 2,000. */
const MAX_PROOF_CHARS = 4096

const MAX_ID_CHARS = 256

/** Options of {@link dpopProofs}. */
export interface DpopProofsOptions {
  /**
   * Signature algorithms to accept. Only asymmetric ones are allowed. Default `ES256`, `Ed25519`,
   * `EdDSA`.
   */
  readonly algorithms?: readonly string[]
  /**
   * Seconds of leeway for clocks that differ, besides the minute for which a proof is good. Default
   * 30.
   */
  readonly tolerance?: number
  /**
   * Used proofs remembered at most. When there are more, proofs are good for a shorter time.
   * Default 100,000.
   */
  readonly maxEntries?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option of the factory. A new one does not compile until it is here. */
const DPOP_PROOFS_OPTIONS: OptionNames<DpopProofsOptions> = {
  algorithms: 'optional',
  tolerance: 'optional',
  maxEntries: 'optional',
  now: 'optional',
}

/**
 * Makes a verifier of proofs, for the doors of one process. A proof is good once in each process:
 * where several serve one resource, it can be repeated at another one within its minute, for the
 * same method and URL.
 *
 * @throws TypeError when an algorithm is symmetric, `none` or unknown.
 */
export function dpopProofs(options: DpopProofsOptions = {}): ProofVerifier {
  checkOptions('dpopProofs', '', options, DPOP_PROOFS_OPTIONS)
  const {
    algorithms = ['ES256', 'Ed25519', 'EdDSA'],
    tolerance = 30,
    maxEntries = 100_000,
    now = Date.now,
  } = options
  if (algorithms.length === 0 || !algorithms.every((name) => ASYMMETRIC.test(name)))
    throw new TypeError(
      'algorithms must name asymmetric signature algorithms only (RFC 9449 section 11.6)',
    )
  const accepted = [...algorithms]
  const used = usedProofs({ maxEntries, windowSeconds: LIFE_SECONDS + tolerance, now })

  return {
    algorithms: accepted,
    async verify(proof, request): Promise<Result<VerifiedProof>> {
      if (proof === null) return refused('proof_missing')
      const verified = await verifyProof(proof, accepted)
      if (!verified) return refused('proof_invalid')
      const { keyThumbprint, claims } = verified
      const { jti, iat } = claims
      if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_CHARS) return invalid('jti')
      const seconds = now() / 1000
      if (
        typeof iat !== 'number' ||
        !(iat > seconds - LIFE_SECONDS - tolerance && iat <= seconds + tolerance)
      )
        return invalid('iat')
      const wrong = mismatch(claims, request)
      if (wrong) return invalid(wrong)
      return granted({
        keyThumbprint,
        use: () => used.add(hash('sha256', `${keyThumbprint} ${jti}`, 'base64url'), iat),
      })
    },
  }
}

function invalid(claim: string): Result<never> {
  return refused('proof_invalid', { claim })
}

/** The claim that does not match the request; undefined when all match. */
function mismatch(
  claims: Readonly<Record<string, unknown>>,
  request: ProvedRequest,
): string | undefined {
  if (claims.htm !== request.method) return 'htm'
  if (typeof claims.htu !== 'string' || placeOf(claims.htu) !== placeOf(request.url)) return 'htu'
  return claims.ath === hash('sha256', request.credential.reveal(), 'base64url') ? undefined : 'ath'
}

/**
 * A URL without query and fragment, normalized (RFC 9449 section 4.3, check 9); undefined when it
 * is no such URL.
 */
function placeOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, username, password, host, pathname } = new URL(text)
  return username === '' && password === '' ? `${protocol}//${host}${pathname}` : undefined
}

/** Verifies a proof's signature with the key inside it; undefined when it is no valid proof. */
async function verifyProof(
  proof: string,
  algorithms: string[],
): Promise<
  { readonly keyThumbprint: string; readonly claims: Readonly<Record<string, unknown>> } | undefined
> {
  // Two headers arrive joined by a comma. A proof has none.
  if (proof.length > MAX_PROOF_CHARS || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(proof)) return undefined
  try {
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK, { algorithms })
    const { typ, jwk } = protectedHeader
    // `EmbeddedJWK` refuses private and symmetric keys: a proof that shows its secret proves
    // nothing.
    if (typ !== 'dpop+jwt' || !jwk || 'crit' in protectedHeader || 'b64' in protectedHeader)
      return undefined
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    if (!isObject(claims)) return undefined
    return {
      keyThumbprint: await calculateJwkThumbprint(jwk, 'sha256'),
      claims,
    }
  } catch {
    // Foreign errors quote the proof, so they are dropped.
    return undefined
  }
}
