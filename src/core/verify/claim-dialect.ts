// How an issuer spells its claims: data, and no code. Without a dialect, a token is read as RFC 9068
// says.

/** Claims that show what kind a token is. */
export interface TokenMarks {
  /**
   * Claims that must be there. With a list, the claim must have one of its values; with `true`, any
   * value but null and the empty string.
   */
  readonly required?: Readonly<Record<string, true | readonly string[]>>
  /** Claims that must not be there: only other kinds of tokens have them at this issuer. */
  readonly forbidden?: readonly string[]
}

/** How an issuer spells its claims. A claim is named, or pointed to (`/a/0`, RFC 6901). */
export interface ClaimDialect {
  /**
   * The claim that stands for the audience in a token that has no `aud`, such as `client_id` or
   * `azp`. Default: none, and a token without `aud` is refused.
   */
  readonly audienceClaim?: string
  /**
   * The claims that hold scopes, as a text with spaces or as an array. Those of all of them count.
   * Default `scope` and `scp`.
   */
  readonly scopesClaims?: readonly string[]
  /** The claim that names the person. Default `sub`. */
  readonly subjectClaim?: string
  /** The claim that names the tenant, where one issuer serves several organisations. Default none. */
  readonly tenantClaim?: string
  /**
   * What a token without a tenant means. Default false: it is refused. True: the person has no
   * tenant.
   */
  readonly tenantOptional?: boolean
  /** The claims that name the client, the first one that is there. Default `client_id`, `azp`, `cid`, `appid`. */
  readonly clientClaims?: readonly string[]
  /**
   * What makes a token whose `typ` is `JWT` or missing an access token at this issuer: one of these
   * must hold. Default: such a token is refused (RFC 9068 section 4).
   */
  readonly accessTokenMarks?: readonly TokenMarks[]
}
