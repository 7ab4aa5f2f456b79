// The preset for Google.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const GOOGLE: Preset = {
  name: 'Google',
  docs: 'https://developers.google.com/identity/openid-connect/openid-connect',
  tokens: {},
  exchange: cannotExchange('Google'),
  connect: {},
}

/** Options of {@link google}. */
export type GoogleOptions = IssuerOptions

/**
 * Makes an issuer of Google.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function google(options: GoogleOptions): ConfiguredIssuer {
  return configure(GOOGLE, options, { issuer: 'https://accounts.google.com' })
}
