// Judges which kind an untyped JWT is, and which rules it is then read by.

import { granted, type Result } from '../core/errors.ts'
import type { TokenMarks } from '../core/verify/claim-dialect.ts'
import { type Claims, listOf } from '../core/verify/claims.ts'
import { COMMON_MARKS, isAccessToken, isIdTokenFor } from '../core/verify/token-kind.ts'
import { type ClaimRules, differs } from '../core/verify/verify.ts'

/** The options that say which kinds of tokens are taken. */
interface KindOptions {
  readonly accessTokenMarks?: readonly TokenMarks[]
  readonly idTokensFor?: string | readonly string[]
  readonly insecurelyAcceptUntypedTokens?: boolean
}

/** What a verifier takes beside tokens of the type `at+jwt`. */
interface TokenKinds {
  /** Whether it takes anything else. */
  readonly untyped: boolean
  /** The rules that apply to claims beside the usual ones; or why the token is refused. */
  readonly judge: (claims: Claims) => Result<Partial<ClaimRules>>
}

/**
 * Makes the judge.
 *
 * @throws TypeError when a client of `idTokensFor` is no text.
 */
export function tokenKinds(options: KindOptions): TokenKinds {
  const { accessTokenMarks = [], insecurelyAcceptUntypedTokens = false } = options
  const clients = listOf(options.idTokensFor ?? [])
  if (!clients.every((client) => typeof client === 'string' && client !== ''))
    throw new TypeError('idTokensFor must name clients: what the ID tokens have as their audience')
  const marks = insecurelyAcceptUntypedTokens
    ? [...accessTokenMarks, ...COMMON_MARKS, { required: { client_id: true } } as const]
    : accessTokenMarks
  const expected = [
    ...(marks.length > 0 ? ['an access token'] : []),
    ...(clients.length > 0 ? [`an ID token for ${clients.join(', ')}`] : []),
  ]
  return {
    untyped: expected.length > 0,
    judge(claims) {
      if (isAccessToken(claims, marks)) return granted({})
      // An ID token's audience is the client, and its scopes would be those of another token.
      if (isIdTokenFor(claims, clients))
        return granted({ audience: clients, scopesClaim: [], audienceClaim: [] })
      return differs('type_refused', expected, 'a token without the marks of one')
    },
  }
}
