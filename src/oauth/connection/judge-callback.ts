// Judges an authorization response (RFC 6749 section 4.1.2, RFC 9207 section 2.4): who answered,
// and whether with a code. Pure.

import { Credential } from '../../core/credential.ts'
import { granted, type Result, refused } from '../../core/errors.ts'

/** What the response must match. */
export interface ExpectedCallback {
  /** The issuer that was recorded when the person was sent away. */
  readonly issuer: string
  /** Whether that issuer promises to name itself in every response. */
  readonly namesIssuer: boolean
}

/**
 * The authorization code, or why there is none. `issuer_mismatch`: another issuer answered, or one
 * that should name itself did not (a mix-up attack, so its errors are neither followed nor shown).
 * `exchange_grant_refused`: the person said no. `connect_refused`: everything else.
 */
export function judgeCallback(
  parameters: URLSearchParams,
  expected: ExpectedCallback,
): Result<Credential> {
  const single = (name: string): string | undefined => {
    const values = parameters.getAll(name)
    return values.length === 1 ? values[0] : undefined
  }
  // Compared exactly, without any normalisation.
  if (parameters.has('iss') ? single('iss') !== expected.issuer : expected.namesIssuer)
    return refused('issuer_mismatch')
  if (parameters.has('error')) {
    return refused(
      single('error') === 'access_denied' ? 'exchange_grant_refused' : 'connect_refused',
    )
  }
  const code = single('code')
  // VSCHAR, RFC 6749 appendix A.11.
  return code !== undefined && code.length <= 4096 && /^[\x20-\x7e]+$/.test(code)
    ? granted(new Credential(code))
    : refused('connect_refused')
}
