// The preset for authentik.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, trimmed } from './place.ts'
import type { Preset } from './preset.ts'

const AUTHENTIK: Preset = {
  name: 'authentik',
  docs: 'https://docs.goauthentik.io/add-secure-apps/providers/oauth2/',
  // Both kinds of tokens have the client as audience. Only an access token has these two.
  tokens: { accessTokenMarks: [{ required: { azp: true, uid: true } }] },
  // It refuses `resource`, and reduces the scopes to those that the target's provider has:
  // https://docs.goauthentik.io/add-secure-apps/providers/oauth2/token_exchange/
  exchange: { target: 'audience', scopesFromIssuer: true },
  connect: {},
}

/** Options of {@link authentik}. */
export interface AuthentikOptions extends IssuerOptions {
  /** The server's own URL, such as `https://login.example`. */
  readonly url?: string
  /** The slug of the application. */
  readonly application?: string
  /** In place of `url` and `application`: the issuer identifier, with its slash at the end. */
  readonly issuer?: string
}

/**
 * Makes an issuer of an authentik application. The audience is the provider's client id. Default:
 * `clientId`.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function authentik(options: AuthentikOptions): ConfiguredIssuer {
  checkPreset('authentik', options, {
    url: 'optional',
    application: 'optional',
    issuer: 'optional',
  })
  const { url, application, issuer = issuerOf(url, application) } = options
  return configure(AUTHENTIK, options, { issuer, audience: options.clientId })
}

function issuerOf(url: string | undefined, application: string | undefined): string {
  const slug = encodeURIComponent(given('application', application))
  return `${trimmed(given('url', url))}/application/o/${slug}/`
}
