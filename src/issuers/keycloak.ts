// The preset for Keycloak.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, trimmed } from './place.ts'
import type { Preset } from './preset.ts'

const KEYCLOAK: Preset = {
  name: 'Keycloak',
  docs: 'https://www.keycloak.org/docs/latest/server_admin/#_client_scopes',
  tokens: {
    accessTokenMarks: [
      {
        // The claim names the kind: Bearer, DPoP, ID, Refresh, Logout. Before version 24 an access
        // token had the nonce too.
        required: { typ: ['Bearer', 'DPoP'] },
        forbidden: ['at_hash', 'c_hash', 's_hash', 'events'],
      },
    ],
  },
  // It ignores `resource`, and knows a target by its client id, which may be the server's URL:
  // https://www.keycloak.org/securing-apps/token-exchange
  exchange: { target: 'audience' },
  connect: {},
}

/** Options of {@link keycloak}. */
export interface KeycloakOptions extends IssuerOptions {
  /** The server's own URL, such as `https://login.example`, with its path where it has one. */
  readonly url?: string
  readonly realm?: string
  /** In place of `url` and `realm`: the issuer identifier, as `iss` spells it. */
  readonly issuer?: string
}

/**
 * Makes an issuer of a Keycloak realm. The audience of its tokens is what an audience mapper puts
 * there: a client's id, or any text.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function keycloak(options: KeycloakOptions): ConfiguredIssuer {
  checkPreset('keycloak', options, { url: 'optional', realm: 'optional', issuer: 'optional' })
  const { url, realm, issuer = realmOf(url, realm) } = options
  return configure(KEYCLOAK, options, { issuer })
}

function realmOf(url: string | undefined, realm: string | undefined): string {
  const server = trimmed(given('url', url))
  if (/\/realms(?:\/|$)/.test(server))
    throw new TypeError(
      'url must be the URL of the server, without /realms/…: the realm is a setting of its own. Or give the whole as issuer, in place of both',
    )
  return `${server}/realms/${encodeURIComponent(given('realm', realm))}`
}
