// The preset for GitHub.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const GITHUB: Preset = {
  name: 'GitHub',
  docs: 'https://docs.github.com/en/rest/apps/oauth-applications#check-a-token',
  tokens: {
    audienceClaim: '/app/client_id',
    subjectClaim: '/user/id',
    scopesClaim: 'scopes',
  },
  exchange: cannotExchange('GitHub'),
  // It publishes no metadata for this flow, and has no resources (RFC 8707).
  // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
  connect: {
    discovery: false,
    endpoints: {
      authorization: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
    },
    pkce: 'S256',
    resource: false,
    offlineAccess: false,
  },
}

/** Options of {@link github}. */
export type GithubOptions = IssuerOptions

/**
 * Makes an issuer of GitHub, for the tokens of one OAuth app or GitHub App. GitHub is asked about each
 * token as that app, so that a token of another app is refused.
 *
 * @throws TypeError when `clientId` or `clientSecret` is missing.
 */
export function github(options: GithubOptions): ConfiguredIssuer {
  checkPreset('github', options, {})
  const { clientId, clientSecret, verifier } = options
  if (!verifier && (clientId === undefined || clientSecret === undefined))
    throw new TypeError(
      'clientId and clientSecret must be given: GitHub tells about tokens only to their own app',
    )
  return configure(GITHUB, options, {
    issuer: 'https://github.com/login/oauth',
    audience: clientId,
    check: {
      url: `https://api.github.com/applications/${encodeURIComponent(clientId ?? '')}/token`,
      method: 'POST',
      bodyMember: 'access_token',
      members: ['app', 'expires_at', 'id', 'scopes', 'user'],
      expiryClaim: 'expires_at',
    },
  })
}
