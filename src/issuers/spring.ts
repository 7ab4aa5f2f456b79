// The preset for Spring Authorization Server.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const SPRING: Preset = {
  name: 'Spring Authorization Server',
  docs: 'https://docs.spring.io/spring-authorization-server/reference/core-model-components.html',
  tokens: {},
  exchange: {},
  connect: {},
}

/** Options of {@link spring}. */
export type SpringOptions = NamedIssuerOptions

/**
 * Makes an issuer of Spring Authorization Server.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function spring(options: SpringOptions): ConfiguredIssuer {
  return configure(SPRING, options, { issuer: options.issuer })
}
