// What connections need at an authorization server beyond the standards: data, and no code.

/** What connections need at an authorization server. */
export interface ConnectDialect {
  /** It takes PKCE with S256 although its metadata does not say so. */
  readonly pkce?: 'S256'
  /** It refuses the parameter `resource` (RFC 8707). */
  readonly resource?: false
  /** Parameters to send along to the authorization endpoint. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Endpoints that its metadata does not name, or names on another origin. */
  readonly endpoints?: {
    readonly authorization?: string
    readonly token?: string
    readonly revocation?: string
  }
  /** What stands between scopes. Default a space. */
  readonly scopeSeparator?: ' ' | ','
}
