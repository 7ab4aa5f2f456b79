// The preset for Better Auth.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { NamedIssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const BETTERAUTH: Preset = {
  name: 'Better Auth',
  docs: 'https://www.better-auth.com/docs/plugins/oauth-provider',
  tokens: {},
  exchange: cannotExchange('Better Auth'),
  connect: {},
}

/** Options of {@link betterAuth}. */
export type BetterAuthOptions = NamedIssuerOptions

/**
 * Makes an issuer of Better Auth.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function betterAuth(options: BetterAuthOptions): ConfiguredIssuer {
  return configure(BETTERAUTH, options, { issuer: options.issuer })
}
