// The issuers that an app declares: which one verifies a token, and which one exchanges it.

import { checkAudience } from './audience.ts'
import { refused } from './errors.ts'
import type { Issuer } from './issuer.ts'
import type { OptionNames } from './known-options.ts'
import { checkArgument, isIssuer } from './option-values.ts'
import type { TokenExchanger } from './source/exchange.ts'
import { readIssuer } from './verify/read-issuer.ts'
import type { TokenVerifier } from './verify/verify.ts'

/** What an app declares about where its tokens come from. */
export interface IssuerSettings {
  /** The issuer that people sign in with: a preset of onbehalf/issuers. */
  readonly issuer?: Issuer
  /** The same, for several issuers side by side. */
  readonly issuers?: readonly Issuer[]
  /** What tokens must name as their audience. Default: what the issuer says, or else the resource. */
  readonly audience?: string | readonly string[]
  /** Issuer identifiers to name in the protected resource metadata. Default: those of the issuers. */
  readonly authorizationServers?: readonly string[]
  /**
   * Verifies tokens in place of the issuer's own verifier. Without an issuer, give
   * `authorizationServers` too.
   */
  readonly verifier?: TokenVerifier
  /** Exchanges tokens in place of the issuer's own exchanger. */
  readonly exchanger?: TokenExchanger
}

/** The issuers of an app, checked. */
export interface DeclaredIssuers {
  readonly authorizationServers: readonly string[]
  /** Undefined: the audience is the resource. */
  readonly audience: readonly string[] | undefined
  readonly verifier: TokenVerifier
  /** The exchanger for tokens of one issuer, as `iss` spells it. */
  readonly exchangerOf: (issuer: string) => TokenExchanger | undefined
  /** Why tokens of some issuer cannot be exchanged; undefined when all can. */
  readonly cannotExchange: string | undefined
}

/**
 * Checks the declaration.
 *
 * @throws TypeError that names the setting.
 */
export function declaredIssuers(settings: IssuerSettings): DeclaredIssuers {
  checkParts(settings)
  const issuers = listed(settings)
  const [first] = issuers
  const {
    authorizationServers = issuers.flatMap((issuer) => issuer.authorizationServers),
    verifier = issuers.length > 1 ? jointVerifier(issuers, settings.audience) : first?.verifier,
    exchanger,
  } = settings
  if (verifier === undefined)
    throw new TypeError(
      'issuer must be given: a preset of onbehalf/issuers, or the settings verifier and authorizationServers in its place',
    )
  if (authorizationServers.length === 0)
    throw new TypeError('authorizationServers must name an issuer (RFC 9728), or give an issuer')
  const without = exchanger ? undefined : issuers.find((issuer) => !issuer.exchanger)
  return {
    authorizationServers,
    audience: audienceOf(settings, issuers),
    verifier,
    exchangerOf: (name) =>
      exchanger ?? issuers.find((issuer) => namesOf(issuer).includes(name))?.exchanger,
    cannotExchange: exchanger
      ? undefined
      : without
        ? (without.cannotExchange ?? needsClient(without))
        : issuers.length === 0
          ? NEEDS_EXCHANGER
          : undefined,
  }
}

function checkParts({ issuer, issuers }: IssuerSettings): void {
  if (issuer !== undefined) checkArgument('issuer', issuer, isIssuer)
  if (issuers !== undefined && !Array.isArray(issuers))
    throw new TypeError('issuers must be a list of presets of onbehalf/issuers')
  for (const [index, one] of (issuers ?? []).entries())
    checkArgument(`issuers[${index}]`, one, isIssuer)
}

const NEEDS_EXCHANGER = 'it needs the setting exchanger; onbehalf/oauth has it'

function needsClient({ issuer }: Issuer): string {
  return `the issuer ${issuer} needs clientId and clientSecret to exchange tokens, or the app the setting exchanger`
}

function listed({ issuer, issuers }: IssuerSettings): readonly Issuer[] {
  if (issuer && issuers) throw new TypeError('issuer and issuers: give one of them')
  const list = issuers ?? (issuer ? [issuer] : [])
  const names = list.flatMap(namesOf)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new TypeError(`issuers: ${twice} is there twice`)
  if (list.filter(({ takesOpaqueTokens }) => takesOpaqueTokens).length > 1)
    throw new TypeError(
      'issuers: only one of them can take tokens that are no JWT, because such a token does not say whose it is',
    )
  return list
}

function namesOf({ issuer, issuers = [issuer] }: Issuer): readonly string[] {
  return issuers
}

/** Each of several issuers keeps its own audience. */
function audienceOf(
  { audience }: IssuerSettings,
  issuers: readonly Issuer[],
): readonly string[] | undefined {
  if (audience !== undefined) return checkAudience('audience', audience)
  const named = issuers.flatMap((issuer) => issuer.audience ?? [])
  return issuers.every((issuer) => issuer.audience) && named.length > 0
    ? [...new Set(named)]
    : undefined
}

/**
 * Gives each token to the issuer that it names, and to no other one: an issuer that is asked about a
 * token could use it.
 */
function jointVerifier(
  issuers: readonly Issuer[],
  named: string | readonly string[] | undefined,
): TokenVerifier {
  const opaque = issuers.find(({ takesOpaqueTokens }) => takesOpaqueTokens)
  return {
    async verify(credential, audience, options) {
      const name = readIssuer(credential)
      const issuer =
        name === undefined ? opaque : issuers.find((one) => namesOf(one).includes(name))
      if (!issuer) return refused(name === undefined ? 'token_malformed' : 'issuer_mismatch')
      return issuer.verifier.verify(
        credential,
        named === undefined ? (issuer.audience ?? audience) : audience,
        options,
      )
    },
  }
}

/** Their names, for the check of every factory that has them. */
export const ISSUER_SETTINGS: OptionNames<IssuerSettings> = {
  issuer: 'optional',
  issuers: 'optional',
  audience: 'optional',
  authorizationServers: 'optional',
  verifier: 'optional',
  exchanger: 'optional',
}
