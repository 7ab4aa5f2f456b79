// The preset for PingFederate.

import { COMMON_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const PING_FEDERATE: Preset = {
  name: 'PingFederate',
  docs: 'https://docs.pingidentity.com/pingfederate/latest/administrators_reference_guide/pf_configuring_json_web_token_access_token_management.html',
  tokens: { accessTokenMarks: COMMON_MARKS },
  exchange: {},
  connect: {},
}

/** Options of {@link pingFederate}. */
export type PingFederateOptions = NamedIssuerOptions

/**
 * Makes an issuer of PingFederate. The access token manager must write JWTs with an issuer, an
 * audience and `sub`.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function pingFederate(options: PingFederateOptions): ConfiguredIssuer {
  return configure(PING_FEDERATE, options, { issuer: options.issuer })
}
