// The preset for Keycloak.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { trimmed } from './place.ts'
import type { Preset } from './preset.ts'

const KEYCLOAK: Preset = {
  name: 'Keycloak',
  docs: 'https://www.keycloak.org/docs/latest/server_admin/',
  tokens: {},
  exchange: {},
  connect: {},
}

/** Options of {@link keycloak}. */
export interface KeycloakOptions extends IssuerOptions {
  /** The server's own URL, such as `https://login.example`. */
  readonly url: string
  /** The realm. */
  readonly realm: string
}

/**
 * Makes an issuer of Keycloak.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function keycloak(options: KeycloakOptions): ConfiguredIssuer {
  return configure(KEYCLOAK, options, {
    issuer: `${trimmed(options.url)}/realms/${encodeURIComponent(options.realm)}`,
  })
}
