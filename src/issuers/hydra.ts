// The preset for Ory Hydra.

import { COMMON_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { NamedIssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const HYDRA: Preset = {
  name: 'Ory Hydra',
  docs: 'https://www.ory.com/docs/oauth2-oidc/jwt-access-token',
  tokens: {
    accessTokenMarks: [
      ...COMMON_MARKS,
      {
        required: { client_id: true, nbf: true, jti: true },
        forbidden: ['nonce', 'at_hash', 'events', 'auth_time', 'rat', 'sid'],
      },
    ],
  },
  exchange: cannotExchange('Ory Hydra'),
  connect: {},
}

/** Options of {@link hydra}. */
export type HydraOptions = NamedIssuerOptions

/**
 * Makes an issuer of Ory Hydra. The audience is what the client asks for with the parameter
 * `audience`. Opaque tokens need `opaqueTokens: 'introspection'` and the admin server's
 * `introspectionEndpoint`.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function hydra(options: HydraOptions): ConfiguredIssuer {
  checkPreset('hydra', options, { issuer: 'required' })
  return configure(HYDRA, options, { issuer: options.issuer })
}
