// How an authorization server exchanges tokens: data, and no code. Without a dialect, an exchange is
// asked for and judged as RFC 8693 says.

import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isByName, isOneOf, isText, isTexts, type ValueChecks } from '../core/option-values.ts'

/** How an authorization server exchanges tokens. */
export interface ExchangeDialect {
  /**
   * Token exchange (RFC 8693), or the on-behalf-of request of Microsoft, which is RFC 7523 with
   * `requested_token_use`. Default `token-exchange`.
   */
  readonly grant?: 'token-exchange' | 'jwt-bearer-obo'
  /**
   * The parameters that name the target. `resource` is its resource identifier (RFC 8707);
   * `audience` is the binding's `audience`, or else its resource identifier; `scope` names it by
   * the scopes alone. Default: `resource`, and `audience` where the binding has one.
   */
  readonly target?: 'resource' | 'audience' | 'both' | 'neither' | 'scope'
  /**
   * Where the target is named by scopes and the binding names none: this is put behind its
   * `audience`, and asked for. Default none.
   */
  readonly defaultScope?: string
  /** Default `urn:ietf:params:oauth:token-type:access_token`. */
  readonly subjectTokenType?: string
  /** Default `urn:ietf:params:oauth:token-type:access_token`. */
  readonly requestedTokenType?: string
  /** Parameters to send along. They cannot replace those that an exchange sets. Default none. */
  readonly parameters?: Readonly<Record<string, string>>
  /**
   * Scopes that the answer may have beyond those asked for. `/.default` stands for every scope of a
   * resource whose `/.default` was asked for. Those of OpenID Connect are always fine. Default none.
   */
  readonly allowScopes?: readonly string[]
  /**
   * The `issued_token_type` of an answer. With `any`, it may be missing or unknown; an ID token and
   * a refresh token are refused even so. Default: the access token that was asked for.
   */
  readonly issuedTokenTypes?: readonly string[] | 'any'
  /**
   * Whether an answer must say when the token expires. Where it need not and does not, a JWT's own
   * `exp` counts, and any other token is used for 5 minutes. Default `required`.
   */
  readonly expiresIn?: 'required' | 'optional'
  /**
   * The authorization server decides on the target's scopes: all that the binding names are asked
   * for, and not only those that the person's token holds. Default false.
   */
  readonly scopesFromIssuer?: boolean
  /**
   * It takes `authorization_details` (RFC 9396) of the type `mcp_tool_call`, and has them in its tokens: so
   * does a `tokenService`. Default false.
   */
  readonly statesApprovals?: boolean
}

/** Every member. A new one does not compile until it is here. */
const DIALECT: OptionNames<ExchangeDialect> = {
  grant: 'optional',
  target: 'optional',
  defaultScope: 'optional',
  subjectTokenType: 'optional',
  requestedTokenType: 'optional',
  parameters: 'optional',
  allowScopes: 'optional',
  issuedTokenTypes: 'optional',
  expiresIn: 'optional',
  scopesFromIssuer: 'optional',
  statesApprovals: 'optional',
}

const VALUES: ValueChecks = {
  grant: isOneOf('token-exchange', 'jwt-bearer-obo'),
  target: isOneOf('resource', 'audience', 'both', 'neither', 'scope'),
  expiresIn: isOneOf('required', 'optional'),
  defaultScope: isText,
  subjectTokenType: isText,
  requestedTokenType: isText,
  parameters: isByName("{ connection: '…' }"),
  allowScopes: isTexts,
  issuedTokenTypes: (value) => (value === 'any' ? undefined : isTexts(value)),
}

/** The parameters of an exchange that no setting may replace. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  'grant_type',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'requested_token_use',
  'assertion',
  'resource',
  'audience',
  'scope',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
])

/**
 * Checks a dialect at creation.
 *
 * @param at The setting that it is: `dialect`, or `exchange` of a preset.
 * @throws TypeError that names the setting.
 */
export function checkDialect(factory: string, at: string, dialect: ExchangeDialect): void {
  checkOptions(factory, at, dialect, DIALECT, VALUES)
  const { parameters = {} } = dialect
  const own = Object.keys(parameters).find((name) => OWN_PARAMETERS.has(name))
  if (own !== undefined)
    throw new TypeError(
      `${at}.parameters.${own} is set by the exchange itself; leave it out, or use the setting of the dialect that is for it`,
    )
}
