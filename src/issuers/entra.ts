// The preset for Microsoft Entra ID.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const ENTRA: Preset = {
  name: 'Microsoft Entra ID',
  docs: 'https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference',
  tokens: {},
  exchange: { grant: 'jwt-bearer-obo', target: 'scope' },
  connect: {},
}

/** Options of {@link entra}. */
export interface EntraOptions extends IssuerOptions {
  /** The id of the directory (tenant), a GUID. */
  readonly tenant: string
}

/**
 * Makes an issuer of Microsoft Entra ID.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function entra(options: EntraOptions): ConfiguredIssuer {
  return configure(ENTRA, options, {
    issuer: `https://login.microsoftonline.com/${options.tenant}/v2.0`,
  })
}
