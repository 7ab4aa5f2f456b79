// The preset for Okta.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, httpsOrigin } from './place.ts'
import type { Preset } from './preset.ts'

const OKTA: Preset = {
  name: 'Okta',
  docs: 'https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/',
  // Only an access token names its client as `cid`.
  tokens: { accessTokenMarks: [{ required: { cid: true } }] },
  // The target is the audience of the authorization server, whose access policies decide on scopes:
  // https://developer.okta.com/docs/guides/set-up-token-exchange/main/
  exchange: { target: 'audience', scopesFromIssuer: true },
  connect: {},
}

/** Options of {@link okta}. */
export interface OktaOptions extends IssuerOptions {
  /** The organisation's domain, such as `acme.okta.com`. */
  readonly domain?: string
  /** The id of the custom authorization server. Default `default`. */
  readonly authorizationServer?: string
  /** In place of `domain`: the issuer identifier. */
  readonly issuer?: string
}

/**
 * Makes an issuer of a custom authorization server of Okta. The tokens of the organisation's own
 * server are for Okta alone. The audience is that of the server, such as `api://default`.
 *
 * `sub` is a sign-in name, which can change. Set `subjectClaim: 'uid'` for one that stays.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function okta(options: OktaOptions): ConfiguredIssuer {
  checkPreset('okta', options, {
    domain: 'optional',
    authorizationServer: 'optional',
    issuer: 'optional',
  })
  const { domain, authorizationServer = 'default' } = options
  const {
    issuer = `${httpsOrigin('domain', given('domain', domain))}/oauth2/${authorizationServer}`,
  } = options
  return configure(OKTA, options, { issuer })
}
