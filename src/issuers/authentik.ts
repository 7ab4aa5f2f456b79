// The preset for authentik.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { trimmed } from './place.ts'
import type { Preset } from './preset.ts'

const AUTHENTIK: Preset = {
  name: 'authentik',
  docs: 'https://docs.goauthentik.io/add-secure-apps/providers/oauth2/',
  tokens: {},
  exchange: {},
  connect: {},
}

/** Options of {@link authentik}. */
export interface AuthentikOptions extends IssuerOptions {
  /** The server's own URL, such as `https://login.example`. */
  readonly url: string
  /** The slug of the application. */
  readonly application: string
}

/**
 * Makes an issuer of authentik.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function authentik(options: AuthentikOptions): ConfiguredIssuer {
  return configure(AUTHENTIK, options, {
    issuer: `${trimmed(options.url)}/application/o/${encodeURIComponent(options.application)}/`,
  })
}
