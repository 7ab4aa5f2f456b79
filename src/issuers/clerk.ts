// The preset for Clerk.

import { FOREIGN_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, httpsOrigin } from './place.ts'
import { cannotExchange, type Preset } from './preset.ts'

const CLERK: Preset = {
  name: 'Clerk',
  docs: 'https://clerk.com/docs/guides/sessions/session-tokens',
  tokens: {
    // A session token names the page's origin; an OAuth token its client.
    audienceClaim: ['azp', 'client_id'],
    accessTokenMarks: [
      { required: { sid: true }, forbidden: [...FOREIGN_MARKS, 'aud'] },
      // A token from a JWT template.
      { audienceBeyond: ['azp'] },
    ],
  },
  exchange: cannotExchange('Clerk'),
  connect: {},
}

/** Options of {@link clerk}. */
export interface ClerkOptions extends IssuerOptions {
  /** The instance's Frontend API, such as `clerk.acme.example`. */
  readonly domain?: string
  /** In place of `domain`: the issuer identifier. */
  readonly issuer?: string
}

/**
 * Makes an issuer of a Clerk instance. Its session tokens have no audience: name the origins of the
 * app's pages, as `azp` has them. A token from a JWT template has the audience of the template.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function clerk(options: ClerkOptions): ConfiguredIssuer {
  checkPreset('clerk', options, { domain: 'optional', issuer: 'optional' })
  const { issuer = httpsOrigin('domain', given('domain', options.domain)) } = options
  return configure(CLERK, options, { issuer })
}
