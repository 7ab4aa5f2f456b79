// The preset for Zitadel.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const ZITADEL: Preset = {
  name: 'Zitadel',
  docs: 'https://zitadel.com/docs/apis/openidoauth/claims',
  tokens: {},
  exchange: {},
  connect: {},
}

/** Options of {@link zitadel}. */
export type ZitadelOptions = NamedIssuerOptions

/**
 * Makes an issuer of Zitadel.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function zitadel(options: ZitadelOptions): ConfiguredIssuer {
  return configure(ZITADEL, options, { issuer: options.issuer })
}
