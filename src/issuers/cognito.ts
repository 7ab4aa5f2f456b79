// The preset for Amazon Cognito.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { cannotExchange, type Preset } from './preset.ts'

const COGNITO: Preset = {
  name: 'Amazon Cognito',
  docs: 'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html',
  tokens: {},
  exchange: cannotExchange('Amazon Cognito'),
  connect: {},
}

/** Options of {@link cognito}. */
export interface CognitoOptions extends IssuerOptions {
  /** The id of the user pool, such as `eu-west-1_AbCdEfGhI`. */
  readonly userPoolId: string
  /** The region. Default: the one that the pool's id begins with. */
  readonly region?: string
}

/**
 * Makes an issuer of a Cognito user pool.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function cognito(options: CognitoOptions): ConfiguredIssuer {
  const { userPoolId, region = userPoolId.split('_')[0] } = options
  return configure(COGNITO, options, {
    issuer: `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`,
  })
}
