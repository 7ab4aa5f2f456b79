// The names of the options of every preset, for the check at creation.

import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isText, isTexts } from '../core/option-values.ts'
import { PLAIN_HTTP_OPTIONS } from '../core/plain-http.ts'
import type { IssuerOptions } from './options.ts'

const COMMON: OptionNames<IssuerOptions> = {
  ...PLAIN_HTTP_OPTIONS,
  audience: 'optional',
  clientId: 'optional',
  clientSecret: 'optional',
  idTokensFor: 'optional',
  clients: 'optional',
  opaqueTokens: 'optional',
  assumeAudience: 'optional',
  audienceClaim: 'optional',
  scopesClaim: 'optional',
  subjectClaim: 'optional',
  tenantClaim: 'optional',
  tenantOptional: 'optional',
  algorithms: 'optional',
  jwksUri: 'optional',
  introspectionEndpoint: 'optional',
  userinfoEndpoint: 'optional',
  verifier: 'optional',
  exchange: 'optional',
  exchanger: 'optional',
  fetch: 'optional',
  now: 'optional',
}

/**
 * Checks the names of a preset's options.
 *
 * @param own The options that this preset has beside the common ones.
 * @throws TypeError that names the option, and what was probably meant.
 */
export function checkPreset<T extends IssuerOptions>(
  preset: string,
  options: T,
  own: OptionNames<Omit<T, keyof IssuerOptions>>,
): void {
  const values = Object.keys(own).map((name) => [name, name === 'tenants' ? isTexts : isText])
  checkOptions(preset, '', options, { ...COMMON, ...own }, Object.fromEntries(values))
}
