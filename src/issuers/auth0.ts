// The preset for Auth0.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { httpsOrigin } from './place.ts'
import type { Preset } from './preset.ts'

const AUTH0: Preset = {
  name: 'Auth0',
  docs: 'https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles',
  tokens: {},
  exchange: {},
  connect: {},
}

/** Options of {@link auth0}. */
export interface Auth0Options extends IssuerOptions {
  /** The tenant's domain, or its custom one, such as `acme.eu.auth0.com`. */
  readonly domain: string
}

/**
 * Makes an issuer of Auth0.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function auth0(options: Auth0Options): ConfiguredIssuer {
  return configure(AUTH0, options, { issuer: `${httpsOrigin(options.domain)}/` })
}
