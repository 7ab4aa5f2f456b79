// The preset for PingFederate.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const PINGFEDERATE: Preset = {
  name: 'PingFederate',
  docs: 'https://docs.pingidentity.com/pingfederate/latest/administrators_reference_guide/pf_configuring_json_web_token_access_token_management.html',
  tokens: {},
  exchange: {},
  connect: {},
}

/** Options of {@link pingFederate}. */
export type PingFederateOptions = NamedIssuerOptions

/**
 * Makes an issuer of PingFederate.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function pingFederate(options: PingFederateOptions): ConfiguredIssuer {
  return configure(PINGFEDERATE, options, { issuer: options.issuer })
}
