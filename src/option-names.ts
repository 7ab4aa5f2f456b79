// The names of the options of createOnBehalf, for the check at creation.

import { ISSUER_SETTINGS } from './core/declared-issuers.ts'
import type { OptionNames } from './core/known-options.ts'
import { hasMethods, type ValueChecks } from './core/option-values.ts'
import { PLAIN_HTTP_OPTIONS } from './core/plain-http.ts'
import type { OnBehalfOptions } from './on-behalf-options.ts'

/** Every option. A new one does not compile until it is here. */
export const ON_BEHALF_OPTIONS: OptionNames<OnBehalfOptions> = {
  ...ISSUER_SETTINGS,
  ...PLAIN_HTTP_OPTIONS,
  resource: 'optional',
  servers: 'required',
  audit: 'optional',
  observer: 'optional',
  identityAssertions: 'optional',
  clientCredentials: 'optional',
  connections: 'optional',
  secrets: 'optional',
  session: 'optional',
  consents: 'optional',
  scopes: 'optional',
  scopesSupported: 'optional',
  subjectHeader: 'optional',
  proofs: 'optional',
  vault: 'optional',
  reflectionMarks: 'optional',
  toolPins: 'optional',
  fingerprintKey: 'optional',
  policy: 'optional',
  processes: 'optional',
  fetch: 'optional',
  deadline: 'optional',
  totalDeadline: 'optional',
  now: 'optional',
  warn: 'optional',
}

/** What their values are, where another factory has the same name for something else. */
export const ON_BEHALF_VALUES: ValueChecks = {
  consents: hasMethods(['add', 'list', 'revoke'], 'sqliteConsentStore of onbehalf/store makes one'),
  session: hasMethods(['present', 'signInOf'], 'serverSession of onbehalf/session makes one'),
}
