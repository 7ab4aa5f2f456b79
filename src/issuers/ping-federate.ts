// The preset for PingFederate.

import { COMMON_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const PING_FEDERATE: Preset = {
  name: 'PingFederate',
  docs: 'https://docs.pingidentity.com/pingfederate/latest/administrators_reference_guide/pf_configuring_json_web_token_access_token_management.html',
  tokens: { accessTokenMarks: COMMON_MARKS },
  // `resource` chooses an access token manager, and `audience` a client that has one:
  // https://docs.pingidentity.com/pingfederate/13.1/introduction_to_pingfederate/pf_token_exchange_grant.html
  exchange: { issuedTokenTypes: 'any', expiresIn: 'optional' },
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
  checkPreset('pingFederate', options, { issuer: 'required' })
  return configure(PING_FEDERATE, options, { issuer: options.issuer })
}
