// The preset for Amazon Cognito.

import type { ConnectEndpoints } from '../oauth/connection/connect-dialect.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, httpsOrigin } from './place.ts'
import { cannotExchange, type Preset } from './preset.ts'

const COGNITO: Preset = {
  name: 'Amazon Cognito',
  docs: 'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html',
  tokens: {
    // An access token has an audience only where it was asked for with a resource.
    audienceClaim: 'client_id',
    accessTokenMarks: [{ required: { token_use: ['access'] } }],
  },
  exchange: cannotExchange('Amazon Cognito'),
  // It takes S256 and does not announce it. It gives refresh tokens without a scope for them.
  connect: { pkce: 'S256', offlineAccess: false },
}

/** Options of {@link cognito}. */
export interface CognitoOptions extends IssuerOptions {
  /** The id of the user pool, such as `eu-west-1_AbCdEfGhI`. */
  readonly userPoolId?: string
  /** The region. Default: the one that the pool's id begins with. */
  readonly region?: string
  /**
   * The domain of the pool's sign-in pages, such as `acme.auth.eu-west-1.amazoncognito.com`. People
   * connect accounts there. Default: what the issuer's metadata says, which is on another host and
   * therefore not taken.
   */
  readonly domain?: string
  /** In place of `userPoolId`: the issuer identifier. */
  readonly issuer?: string
}

/**
 * Makes an issuer of a Cognito user pool. The audience is the id of the app client, in place of an
 * audience that access tokens do not have. Default: `clientId`.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function cognito(options: CognitoOptions): ConfiguredIssuer {
  checkPreset('cognito', options, {
    userPoolId: 'optional',
    region: 'optional',
    domain: 'optional',
    issuer: 'optional',
  })
  const { userPoolId, region, domain, issuer = issuerOf(userPoolId, region) } = options
  return configure(COGNITO, options, {
    issuer,
    audience: options.clientId,
    ...(domain === undefined ? {} : { endpoints: endpointsAt(httpsOrigin('domain', domain)) }),
  })
}

function endpointsAt(origin: string): ConnectEndpoints {
  return {
    authorization: `${origin}/oauth2/authorize`,
    token: `${origin}/oauth2/token`,
    revocation: `${origin}/oauth2/revoke`,
  }
}

function issuerOf(userPoolId: string | undefined, region: string | undefined): string {
  const pool = given('userPoolId', userPoolId)
  if (!/^[\w-]+_\w+$/.test(pool)) throw new TypeError('userPoolId must be like eu-west-1_AbCdEfGhI')
  return `https://cognito-idp.${region ?? pool.split('_')[0]}.amazonaws.com/${pool}`
}
