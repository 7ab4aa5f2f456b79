// The preset for WorkOS.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { NamedIssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const WORKOS: Preset = {
  name: 'WorkOS',
  docs: 'https://workos.com/docs/authkit/mcp',
  tokens: {},
  exchange: cannotExchange('WorkOS'),
  connect: {},
}

/** Options of {@link workos}. */
export type WorkosOptions = NamedIssuerOptions

/**
 * Makes an issuer of WorkOS.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function workos(options: WorkosOptions): ConfiguredIssuer {
  return configure(WORKOS, options, { issuer: options.issuer })
}
