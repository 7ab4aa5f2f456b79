// How an authorization server exchanges tokens: data, and no code. Without a dialect, an exchange is
// asked for as RFC 8693 says.

/** How an authorization server exchanges tokens. */
export interface ExchangeDialect {
  /** RFC 8693, or the on-behalf-of request of RFC 7523. Default `token-exchange`. */
  readonly grant?: 'token-exchange' | 'jwt-bearer-obo'
  /** The parameters that name the target. Default `resource`, and `audience` where the binding has one. */
  readonly target?: 'resource' | 'audience' | 'both' | 'neither' | 'scope'
  readonly subjectTokenType?: string
  readonly requestedTokenType?: string
  /** Parameters to send along. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Scopes that the answer may have beyond those asked for. */
  readonly allowScopes?: readonly string[]
  readonly issuedTokenTypes?: readonly string[] | 'any'
  /** Whether an answer must say when the token expires. Default `required`. */
  readonly expiresIn?: 'required' | 'optional'
  /** The issuer decides on the target's scopes: the person's token need not hold them. */
  readonly scopesFromIssuer?: boolean
}
