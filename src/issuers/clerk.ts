// The preset for Clerk.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { httpsOrigin } from './place.ts'
import { cannotExchange, type Preset } from './preset.ts'

const CLERK: Preset = {
  name: 'Clerk',
  docs: 'https://clerk.com/docs/guides/sessions/session-tokens',
  tokens: {},
  exchange: cannotExchange('Clerk'),
  connect: {},
}

/** Options of {@link clerk}. */
export interface ClerkOptions extends IssuerOptions {
  /** The instance's Frontend API, such as `clerk.acme.example`. */
  readonly domain: string
}

/**
 * Makes an issuer of Clerk.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function clerk(options: ClerkOptions): ConfiguredIssuer {
  return configure(CLERK, options, { issuer: httpsOrigin(options.domain) })
}
