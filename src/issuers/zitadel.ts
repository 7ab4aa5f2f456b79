// The preset for Zitadel.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const ZITADEL: Preset = {
  name: 'Zitadel',
  docs: 'https://zitadel.com/docs/apis/openidoauth/claims',
  tokens: {
    opaque: 'introspection',
    accessTokenMarks: [
      {
        required: { jti: true },
        forbidden: ['nonce', 'at_hash', 'c_hash', 's_hash', 'events', 'azp', 'auth_time', 'amr'],
      },
    ],
  },
  // What it calls an access token is opaque: https://zitadel.com/docs/guides/integrate/token-exchange
  // Its tokens name no scopes, so those of the person's token say nothing.
  exchange: {
    target: 'audience',
    requestedTokenType: 'urn:ietf:params:oauth:token-type:jwt',
    scopesFromIssuer: true,
  },
  connect: {},
}

/** Options of {@link zitadel}. */
export type ZitadelOptions = NamedIssuerOptions

/**
 * Makes an issuer of a Zitadel instance. The audience is the id of the project, or of an application
 * in it. Its tokens are opaque unless the application is set to JWT: with `clientId` and
 * `clientSecret`, Zitadel is asked about those.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function zitadel(options: ZitadelOptions): ConfiguredIssuer {
  checkPreset('zitadel', options, { issuer: 'required' })
  return configure(ZITADEL, options, { issuer: options.issuer })
}
