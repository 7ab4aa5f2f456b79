// What a preset is: how one provider spells things, as data. `configure.ts` makes an issuer of it.

import type { ClaimDialect } from '../core/verify/claim-dialect.ts'
import type { ConnectDialect } from '../oauth/connection/connect-dialect.ts'
import type { ExchangeDialect } from '../oauth/exchange-dialect.ts'
import type { TokenCheck } from '../oauth/userinfo.ts'

/** How a provider's tokens are verified. */
export interface TokenDialect extends ClaimDialect {
  /** Signature algorithms to accept. Default: those of `jwtVerifier`. */
  readonly algorithms?: readonly string[]
  /** How tokens that are no JWT are verified, where the provider has such by default. */
  readonly opaque?: 'introspection' | TokenCheck
}

/** How one provider spells things. */
export interface Preset {
  /** The provider, as people call it. */
  readonly name: string
  /** The page of its documentation that this preset follows. */
  readonly docs: string
  readonly tokens: TokenDialect
  /** How it exchanges tokens; or one sentence: why it does not, and what to use instead. */
  readonly exchange: ExchangeDialect | { readonly cannot: string }
  readonly connect: ConnectDialect
  /** It takes a client's secret in the form alone (`client_secret_post`). */
  readonly secretInForm?: true
}

/** Why a provider without token exchange needs something else, and what. */
export function cannotExchange(provider: string): { readonly cannot: string } {
  return {
    cannot: `${provider} has no token exchange (RFC 8693). For servers of your own, give the setting exchanger: tokenService of onbehalf/oauth has one. For a server of somebody else, use the source "connection"`,
  }
}
