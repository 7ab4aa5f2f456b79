// Judges an authorization response (RFC 6749 section 4.1.2, RFC 9207 section 2.4): who answered, and whether with a code. Pure.

import { Credential } from '../../core/credential.ts'
import { granted, type Result, refused } from '../../core/errors.ts'

/** What the response is held against. */
export interface ExpectedCallback {
  /** The issuer that was recorded when the person was sent away. */
  readonly issuer: string
  /** Whether that issuer says that it names itself in every response. */
  readonly namesIssuer: boolean
}

/**
 * The authorization code, or why there is none: `issuer_mismatch` when another issuer answered, or one that should name itself does not
 * (mix-up: its errors are neither acted on nor shown), `exchange_grant_refused` when the person said no, `connect_refused` for the rest.
 */
export function judgeCallback(
  parameters: URLSearchParams,
  expected: ExpectedCallback,
): Result<Credential> {
  const one = (name: string): string | undefined => {
    const values = parameters.getAll(name)
    return values.length === 1 ? values[0] : undefined
  }
  // Exact comparison, without any normalisation.
  if (parameters.has('iss') ? one('iss') !== expected.issuer : expected.namesIssuer)
    return refused('issuer_mismatch')
  if (parameters.has('error')) {
    return refused(one('error') === 'access_denied' ? 'exchange_grant_refused' : 'connect_refused')
  }
  const code = one('code')
  // VSCHAR, RFC 6749 appendix A.11.
  return code !== undefined && code.length <= 4096 && /^[\x20-\x7e]+$/.test(code)
    ? granted(new Credential(code))
    : refused('connect_refused')
}
