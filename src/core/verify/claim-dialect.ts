// How an issuer spells its claims: data, and no code. Without a dialect, a token is read as RFC 9068
// says.

import type { OptionNames } from '../known-options.ts'

/** Claims that show what kind a token is. All that is named here must hold. */
export interface TokenMarks {
  /**
   * Claims that must be there. With a list, the claim must have one of its values; with `true`, any
   * value but null, an empty text and an empty array.
   */
  readonly required?: Readonly<Record<string, true | readonly string[]>>
  /**
   * Claims that must not be there, because only other kinds of tokens have them at this issuer.
   * Default: those that OpenID Connect gives to ID tokens and logout tokens alone.
   */
  readonly forbidden?: readonly string[]
  /**
   * Claims that name the client: the token must have one of them, and an audience that is not this
   * client. The audience of an ID token is its client (OpenID Connect Core 1.0 section 2).
   */
  readonly audienceBeyond?: readonly string[]
}

/** How an issuer spells its claims. A claim is named, or pointed to (`/a/0`, RFC 6901). */
export interface ClaimDialect {
  /**
   * The claim that stands for the audience in a token that has no `aud`, such as `client_id` or
   * `azp`: the first of these that is there. Default: none, and a token without `aud` is refused.
   */
  readonly audienceClaim?: string | readonly string[]
  /**
   * Whom a token is for that has neither `aud` nor a claim that stands for it. Only for an issuer
   * whose keys sign for nobody else. Default: none.
   */
  readonly impliedAudience?: string
  /**
   * The claims that hold scopes, as a text with spaces or as an array. Those of all of them count.
   * Default `scope` and `scp`.
   */
  readonly scopesClaim?: string | readonly string[]
  /** The claim that names the person. Default `sub`. */
  readonly subjectClaim?: string
  /**
   * The claim that names the tenant, where one issuer serves several organisations. Default: none.
   */
  readonly tenantClaim?: string
  /**
   * What a token without a tenant means: the claim is missing, null or empty. Default false: it is
   * refused. True: the person has no tenant.
   */
  readonly tenantOptional?: boolean
  /**
   * The clients whose tokens are taken, by the claim that names the client. Default: every client
   * that the issuer gives tokens for this audience.
   */
  readonly clients?: readonly string[]
  /**
   * What makes a token whose `typ` is `JWT` or missing an access token at this issuer: one of these
   * must hold. Default: none, and such a token is refused (RFC 9068 section 4).
   */
  readonly accessTokenMarks?: readonly TokenMarks[]
}

/** The dialect alone, of options that have other members too. */
export function dialectOf(options: ClaimDialect): ClaimDialect {
  const { audienceClaim, impliedAudience, scopesClaim, subjectClaim } = options
  const { tenantClaim, tenantOptional, clients, accessTokenMarks } = options
  return {
    ...(audienceClaim === undefined ? {} : { audienceClaim }),
    ...(impliedAudience === undefined ? {} : { impliedAudience }),
    ...(scopesClaim === undefined ? {} : { scopesClaim }),
    ...(subjectClaim === undefined ? {} : { subjectClaim }),
    ...(tenantClaim === undefined ? {} : { tenantClaim }),
    ...(tenantOptional === undefined ? {} : { tenantOptional }),
    ...(clients === undefined ? {} : { clients }),
    ...(accessTokenMarks === undefined ? {} : { accessTokenMarks }),
  }
}

/** Their names, for the check of every factory that has them. */
export const CLAIM_DIALECT_OPTIONS: OptionNames<ClaimDialect> = {
  audienceClaim: 'optional',
  impliedAudience: 'optional',
  scopesClaim: 'optional',
  subjectClaim: 'optional',
  tenantClaim: 'optional',
  tenantOptional: 'optional',
  clients: 'optional',
  accessTokenMarks: 'optional',
}
