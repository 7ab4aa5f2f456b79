// The preset for Firebase.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const FIREBASE: Preset = {
  name: 'Firebase',
  docs: 'https://firebase.google.com/docs/auth/admin/verify-id-tokens',
  tokens: { algorithms: ['RS256'] },
  exchange: cannotExchange('Firebase'),
  connect: {},
}

/** Options of {@link firebase}. */
export interface FirebaseOptions extends IssuerOptions {
  /** The id of the Firebase project. */
  readonly projectId: string
}

/**
 * Makes an issuer of a Firebase project. Firebase has ID tokens only, so the ID tokens of the project
 * are taken, and no others. SECURITY.md says what is lost with ID tokens.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function firebase(options: FirebaseOptions): ConfiguredIssuer {
  checkPreset('firebase', options, { projectId: 'required' })
  const { projectId } = options
  if (!/^[\w:.-]+$/.test(projectId ?? ''))
    throw new TypeError('projectId must be the id of the Firebase project')
  return configure(FIREBASE, options, {
    issuer: `https://securetoken.google.com/${projectId}`,
    jwksUri:
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    audience: projectId,
    idTokensFor: projectId,
  })
}
