// The preset for Better Auth.

import { COMMON_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { NamedIssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const BETTER_AUTH: Preset = {
  name: 'Better Auth',
  docs: 'https://www.better-auth.com/docs/plugins/oauth-provider',
  tokens: { accessTokenMarks: COMMON_MARKS },
  exchange: cannotExchange('Better Auth'),
  connect: {},
}

/** Options of {@link betterAuth}. */
export type BetterAuthOptions = NamedIssuerOptions

/**
 * Makes an issuer of a Better Auth server. Its plugin `oauth-provider` issues access tokens for a
 * resource. Its older `oidc-provider` has ID tokens (`idTokensFor`) and opaque access tokens
 * (`opaqueTokens: 'userinfo'`).
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function betterAuth(options: BetterAuthOptions): ConfiguredIssuer {
  checkPreset('betterAuth', options, { issuer: 'required' })
  return configure(BETTER_AUTH, options, { issuer: options.issuer })
}
