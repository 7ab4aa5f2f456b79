// What connections need at an authorization server beyond the standards: data, and no code.

/** Endpoints that an authorization server's metadata does not name, or names on another origin. */
export interface ConnectEndpoints {
  readonly authorization?: string
  readonly token?: string
  readonly revocation?: string
  readonly registration?: string
}

/** What connections need at an authorization server. */
export interface ConnectDialect {
  /**
   * It takes PKCE with S256 (RFC 7636) although its metadata does not say so. Without either, nobody
   * can connect: a thief of the code could redeem it.
   */
  readonly pkce?: 'S256'
  /** It refuses the parameter `resource` (RFC 8707). */
  readonly resource?: false
  /** Parameters to send along to the authorization endpoint, such as `prompt` or `audience`. */
  readonly parameters?: Readonly<Record<string, string>>
  /**
   * Endpoints, as its documentation names them. They stand before those of the metadata. With
   * `authorization` and `token`, no metadata is needed.
   */
  readonly endpoints?: ConnectEndpoints
  /** It publishes no metadata, so nobody asks. It needs the endpoints. */
  readonly discovery?: false
  /** What stands between scopes. Default a space. */
  readonly scopeSeparator?: ' ' | ','
  /**
   * Whether `offline_access` is asked for, so that it gives a refresh token. Default: where its
   * metadata offers that scope, and other scopes are asked for.
   */
  readonly offlineAccess?: boolean
}
