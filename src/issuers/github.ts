// The preset for GitHub.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const GITHUB: Preset = {
  name: 'GitHub',
  docs: 'https://docs.github.com/en/rest/apps/oauth-applications',
  tokens: {},
  exchange: cannotExchange('GitHub'),
  connect: {},
}

/** Options of {@link github}. */
export type GithubOptions = IssuerOptions

/**
 * Makes an issuer of GitHub.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function github(options: GithubOptions): ConfiguredIssuer {
  return configure(GITHUB, options, { issuer: 'https://github.com/login/oauth' })
}
