// An issuer, as an app declares it: who verifies its tokens, and who exchanges them. `onbehalf/issuers`
// makes one from the settings of a provider.

import type { TokenExchanger } from './source/exchange.ts'
import type { TokenVerifier } from './verify/verify.ts'

/** What an app needs of the issuer that its people sign in with. */
export interface Issuer {
  /** The issuer identifier, as the `iss` claim spells it. */
  readonly issuer: string
  /** Issuer identifiers to name in the protected resource metadata (RFC 9728). */
  readonly authorizationServers: readonly string[]
  /** What the app's tokens must name as their audience. Default: the app's resource. */
  readonly audience?: readonly string[]
  readonly verifier: TokenVerifier
  /** Exchanges tokens at this issuer. Absent when it cannot, or has no client to do it with. */
  readonly exchanger?: TokenExchanger
  /** Why this issuer exchanges no tokens, and what to use instead: one sentence. */
  readonly cannotExchange?: string
  /** The values of `iss` that its tokens have. Default: `issuer` alone. */
  readonly issuers?: readonly string[]
  /** Set when it verifies tokens that are no JWT as well: it is asked about each of them. */
  readonly takesOpaqueTokens?: boolean
}
