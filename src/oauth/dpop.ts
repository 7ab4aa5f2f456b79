// DPoP, the client's side (RFC 9449 section 4): a key that never leaves this process, and proofs
// that we have it. The server's side is in onbehalf/jwt.

import type { webcrypto } from 'node:crypto'
import type { Credential } from '../core/credential.ts'
import { isNonce } from '../core/door/proof.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { putNewest } from '../core/put-newest.ts'
import type { ProofRequest } from '../core/source/exchange.ts'

/**
 * What a proof is for. `accessToken` is the token that goes with it; none when a token is being
 * asked for.
 */
export interface KeyProofRequest extends ProofRequest {
  readonly accessToken?: Credential
}

/** A key that access tokens are bound to. A thief of such a token cannot use it without the key. */
export interface DpopKey {
  /**
   * Signs a proof for one request. It uses a given nonce, and uses it again for later requests to
   * that origin (RFC 9449 section 8.2).
   */
  proof(request: KeyProofRequest): Promise<string>
}

/** Options of {@link dpopKey}. */
export interface DpopKeyOptions {
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** How many origins' latest nonces are remembered. A client talks to a few servers. */
const MAX_NONCES = 100

/** Every option of the factory. A new one does not compile until it is here. */
const DPOP_KEY_OPTIONS: OptionNames<DpopKeyOptions> = {
  now: 'optional',
}

/**
 * Makes a key (ES256, not extractable). The key ends with the process, and with it the tokens that
 * are bound to it. They live for minutes, so that is no loss.
 */
export async function dpopKey(options: DpopKeyOptions = {}): Promise<DpopKey> {
  checkOptions('dpopKey', '', options, DPOP_KEY_OPTIONS)
  const { now = Date.now } = options
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  )
  return proofsWith(privateKey, await crypto.subtle.exportKey('jwk', publicKey), now)
}

/** The key whose private part is given: it signs proofs, and remembers the servers' nonces. */
export function proofsWith(
  privateKey: webcrypto.CryptoKey,
  { kty, crv, x, y }: webcrypto.JsonWebKey,
  now: () => number,
): DpopKey {
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })
  const nonces = new Map<string, string>()

  function nonceFor(origin: string, fresh: string | undefined): string | undefined {
    if (fresh === undefined || !isNonce(fresh)) return nonces.get(origin)
    putNewest(nonces, origin, fresh, MAX_NONCES)
    return fresh
  }

  return {
    async proof({ method, url, nonce, accessToken }): Promise<string> {
      const { origin, pathname } = new URL(url)
      const current = nonceFor(origin, nonce)
      const payload = encode({
        jti: crypto.randomUUID(),
        htm: method,
        // Without query and fragment (RFC 9449 section 4.2).
        htu: `${origin}${pathname}`,
        iat: Math.floor(now() / 1000),
        ...(accessToken ? { ath: await tokenHash(accessToken) } : {}),
        ...(current === undefined ? {} : { nonce: current }),
      })
      const signed = new TextEncoder().encode(`${header}.${payload}`)
      const signature = await crypto.subtle.sign(
        { name: 'ECDSA', hash: 'SHA-256' },
        privateKey,
        signed,
      )
      return `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`
    },
  }
}

/** `ath` (RFC 9449 section 4.2). */
async function tokenHash(accessToken: Credential): Promise<string> {
  const digest = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(accessToken.reveal()),
  )
  return Buffer.from(digest).toString('base64url')
}

function encode(json: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url')
}
