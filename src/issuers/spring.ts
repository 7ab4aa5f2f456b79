// The preset for Spring Authorization Server.

import { COMMON_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const SPRING: Preset = {
  name: 'Spring Authorization Server',
  docs: 'https://docs.spring.io/spring-authorization-server/reference/core-model-components.html',
  tokens: {
    accessTokenMarks: [
      ...COMMON_MARKS,
      // Without any scope, an access token still has a begin, and an ID token has not.
      {
        required: { nbf: true },
        forbidden: ['nonce', 'at_hash', 'events', 'azp', 'auth_time', 'sid'],
      },
    ],
  },
  // It issues tokens for the exchanging client, whatever the target is called, unless a token
  // customizer reads `resource` or `audience`. So both are sent.
  exchange: {},
  connect: {},
}

/** Options of {@link spring}. */
export type SpringOptions = NamedIssuerOptions

/**
 * Makes an issuer of Spring Authorization Server. The audience is the id of the client that a token
 * was issued to, unless a token customizer puts another one there.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function spring(options: SpringOptions): ConfiguredIssuer {
  checkPreset('spring', options, { issuer: 'required' })
  return configure(SPRING, options, { issuer: options.issuer })
}
