// The preset for an issuer that follows the standards: RFC 8414 or OpenID Connect Discovery, and
// RFC 8693.

import { COMMON_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { NamedIssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

const OIDC: Preset = {
  name: 'an issuer that follows the standards',
  docs: 'https://www.rfc-editor.org/rfc/rfc9068',
  tokens: { accessTokenMarks: COMMON_MARKS },
  exchange: {},
  connect: {},
}

/** Options of {@link oidc}. */
export type OidcOptions = NamedIssuerOptions

/**
 * Makes an issuer of any server that follows the standards. Its untyped JWTs are access tokens when
 * they have a claim for scopes, or an audience that is not their client.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 *
 * @example
 * ```ts
 * const issuer = oidc({ issuer: 'https://login.example', audience: 'https://api.example' })
 * ```
 */
export function oidc(options: OidcOptions): ConfiguredIssuer {
  checkPreset('oidc', options, { issuer: 'required' })
  return configure(OIDC, options, { issuer: options.issuer })
}
