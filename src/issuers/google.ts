// The preset for Google.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const GOOGLE: Preset = {
  name: 'Google',
  docs: 'https://developers.google.com/identity/openid-connect/openid-connect',
  tokens: {
    audienceClaim: 'aud',
    opaque: { url: 'https://oauth2.googleapis.com/tokeninfo', method: 'POST' },
  },
  exchange: cannotExchange('Google'),
  // Its endpoints are on other hosts, and it has no resources (RFC 8707). It gives a refresh token for
  // `access_type`, and again only with a new consent.
  // https://developers.google.com/identity/protocols/oauth2/web-server
  connect: {
    resource: false,
    endpoints: {
      authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
      token: 'https://oauth2.googleapis.com/token',
      revocation: 'https://oauth2.googleapis.com/revoke',
    },
    parameters: { access_type: 'offline', prompt: 'consent' },
    offlineAccess: false,
    pkce: 'S256',
  },
}

/** Options of {@link google}. */
export type GoogleOptions = IssuerOptions

/**
 * Makes an issuer of Google. Its access tokens are opaque, and its tokeninfo endpoint says which
 * client one was issued to: that client's id is the audience. Default: `clientId`. With
 * `idTokensFor`, ID tokens of that client are taken too.
 *
 * A person is known by `sub`, which the answer has where the scope `openid` was asked for.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function google(options: GoogleOptions): ConfiguredIssuer {
  checkPreset('google', options, {})
  return configure(GOOGLE, options, {
    issuer: 'https://accounts.google.com',
    issuers: ['https://accounts.google.com', 'accounts.google.com'],
    jwksUri: 'https://www.googleapis.com/oauth2/v3/certs',
    audience: options.clientId,
  })
}
