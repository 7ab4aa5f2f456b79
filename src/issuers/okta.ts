// The preset for Okta.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { httpsOrigin } from './place.ts'
import type { Preset } from './preset.ts'

const OKTA: Preset = {
  name: 'Okta',
  docs: 'https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/',
  tokens: {},
  exchange: {},
  connect: {},
}

/** Options of {@link okta}. */
export interface OktaOptions extends IssuerOptions {
  /** The organisation's domain, such as `acme.okta.com`. */
  readonly domain: string
  /** The id of the custom authorization server. Default `default`. */
  readonly authorizationServer?: string
}

/**
 * Makes an issuer of Okta.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function okta(options: OktaOptions): ConfiguredIssuer {
  return configure(OKTA, options, {
    issuer: `${httpsOrigin(options.domain)}/oauth2/${options.authorizationServer ?? 'default'}`,
  })
}
