// A verifier that remembers verified tokens by digest and audience, bounded by expiry and by size.

import type { Credential } from '../credential.ts'
import { granted, type Result } from '../errors.ts'
import { checkOptions, type OptionNames } from '../known-options.ts'
import { putNewest } from '../put-newest.ts'
import type { TokenVerifier, VerifiedToken } from './verify.ts'

/** Options of {@link cachedVerifier}. */
export interface VerifiedCacheOptions {
  /**
   * Gives the SHA-256 of a text, in any encoding. It must hash the whole token, because tokens of
   * one issuer begin with the same characters (CVE-2026-35030).
   */
  readonly digest: (text: string) => string
  /** Tokens remembered at most. Default 10,000. */
  readonly maxEntries?: number
  /**
   * Seconds for which a verified token is remembered at most, so that a revocation is noticed.
   * Default 60.
   */
  readonly maxAge?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

const BOUNDS: OptionNames<Pick<VerifiedCacheOptions, 'maxEntries' | 'maxAge'>> = {
  maxEntries: 'optional',
  maxAge: 'optional',
}

/**
 * Checks the bounds that an app names. False is no memory.
 *
 * @throws TypeError that names the bound.
 */
export function checkCache(factory: string, cache: object | false | undefined): void {
  if (cache !== undefined && cache !== false) checkOptions(factory, 'cache', cache, BOUNDS)
}

/**
 * Wraps a verifier. It does not remember refusals, and never serves a token after its own expiry.
 */
export function cachedVerifier(
  verifier: TokenVerifier,
  options: VerifiedCacheOptions,
): TokenVerifier {
  const { digest, maxEntries = 10_000, maxAge = 60, now = Date.now } = options
  const known = new Map<string, { readonly token: VerifiedToken; readonly until: number }>()
  return {
    async verify(
      credential: Credential,
      audience: string | readonly string[],
      verifyOptions,
    ): Promise<Result<VerifiedToken>> {
      // A token that was verified with the proof of a key must not be served without that proof.
      // The same for one that was verified for other audiences.
      const key = JSON.stringify([
        digest(credential.reveal()),
        audience,
        verifyOptions?.keyThumbprint,
      ])
      const seconds = now() / 1000
      const hit = known.get(key)
      if (hit && seconds < hit.until) return granted(hit.token)
      if (hit) known.delete(key)
      const result = await verifier.verify(credential, audience, verifyOptions)
      if (result.ok) {
        const until = Math.min(result.value.expiresAt, seconds + maxAge)
        putNewest(known, key, { token: result.value, until }, maxEntries)
      }
      return result
    },
  }
}
