// The preset for Firebase.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const FIREBASE: Preset = {
  name: 'Firebase',
  docs: 'https://firebase.google.com/docs/auth/admin/verify-id-tokens',
  tokens: {},
  exchange: cannotExchange('Firebase'),
  connect: {},
}

/** Options of {@link firebase}. */
export interface FirebaseOptions extends IssuerOptions {
  /** The id of the Firebase project. */
  readonly projectId: string
}

/**
 * Makes an issuer of Firebase.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function firebase(options: FirebaseOptions): ConfiguredIssuer {
  return configure(FIREBASE, options, {
    issuer: `https://securetoken.google.com/${options.projectId}`,
  })
}
