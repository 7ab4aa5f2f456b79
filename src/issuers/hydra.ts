// The preset for Ory Hydra.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { NamedIssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const HYDRA: Preset = {
  name: 'Ory Hydra',
  docs: 'https://www.ory.com/docs/oauth2-oidc/jwt-access-token',
  tokens: {},
  exchange: cannotExchange('Ory Hydra'),
  connect: {},
}

/** Options of {@link hydra}. */
export type HydraOptions = NamedIssuerOptions

/**
 * Makes an issuer of Ory Hydra.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function hydra(options: HydraOptions): ConfiguredIssuer {
  return configure(HYDRA, options, { issuer: options.issuer })
}
