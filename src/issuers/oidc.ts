// The preset for an issuer that follows the standards.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const OIDC: Preset = {
  name: 'an issuer that follows the standards',
  docs: 'https://openid.net/specs/openid-connect-core-1_0.html',
  tokens: {},
  exchange: {},
  connect: {},
}

/** Options of {@link oidc}. */
export type OidcOptions = NamedIssuerOptions

/**
 * Makes an issuer of an issuer that follows the standards.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function oidc(options: OidcOptions): ConfiguredIssuer {
  return configure(OIDC, options, { issuer: options.issuer })
}
