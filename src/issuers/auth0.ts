// The preset for Auth0.

import { COMMON_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, httpsOrigin } from './place.ts'
import type { Preset } from './preset.ts'

const AUTH0: Preset = {
  name: 'Auth0',
  docs: 'https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles',
  tokens: {
    // With RBAC, an API's permissions are a claim of their own.
    scopesClaim: ['scope', 'permissions'],
    // The default profile names the client as `azp`, which an ID token has not.
    accessTokenMarks: [...COMMON_MARKS, { audienceBeyond: ['azp'] }],
  },
  // The target is an API identifier, and the API's own settings decide on its scopes:
  // https://auth0.com/docs/secure/call-apis-on-users-behalf/on-behalf-of-token-exchange
  exchange: { target: 'audience', scopesFromIssuer: true, issuedTokenTypes: 'any' },
  connect: {},
}

/** Options of {@link auth0}. */
export interface Auth0Options extends IssuerOptions {
  /** The tenant's domain, or its custom one, such as `acme.eu.auth0.com`. */
  readonly domain?: string
  /** In place of `domain`: the issuer identifier, with its slash at the end. */
  readonly issuer?: string
}

/**
 * Makes an issuer of an Auth0 tenant. The audience is the API's identifier, as the dashboard has it.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function auth0(options: Auth0Options): ConfiguredIssuer {
  checkPreset('auth0', options, { domain: 'optional', issuer: 'optional' })
  const { issuer = `${httpsOrigin('domain', given('domain', options.domain))}/` } = options
  return configure(AUTH0, options, { issuer })
}
