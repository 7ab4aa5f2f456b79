// The preset for WorkOS AuthKit.

import { COMMON_MARKS } from '../core/verify/token-kind.ts'
import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, httpsOrigin, type Place } from './place.ts'
import { cannotExchange, type Preset } from './preset.ts'

const WORKOS: Preset = {
  name: 'WorkOS',
  docs: 'https://workos.com/docs/authkit/connect/token-claims',
  tokens: {
    scopesClaim: ['scope', 'permissions'],
    accessTokenMarks: [
      ...COMMON_MARKS,
      // A session token has no audience, and an ID token no session of this kind.
      { required: { sid: true, jti: true }, forbidden: ['aud', 'nonce', 'at_hash', 'events'] },
    ],
  },
  exchange: cannotExchange('WorkOS, for its session tokens,'),
  connect: {},
  secretInForm: true,
}

/** A first-party application of Connect exchanges a token for one of another resource. */
const CONNECT: Preset = {
  ...WORKOS,
  // https://workos.com/docs/reference/workos-connect/token/token-exchange-grant
  exchange: { target: 'resource' },
}

/** Options of {@link workos}. */
export interface WorkosOptions extends IssuerOptions {
  /**
   * The AuthKit domain, such as `acme.authkit.app`: tokens that Connect and MCP clients get.
   * Without it, the session tokens of `clientId` are taken.
   */
  readonly domain?: string
  /** In place of `domain`: the issuer identifier. */
  readonly issuer?: string
}

/**
 * Makes an issuer of a WorkOS environment: by its AuthKit domain for the tokens of Connect, whose
 * audience is a resource or the environment's client id, or by `clientId` for session tokens. These
 * name no audience; the keys of a client id serve it alone.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function workos(options: WorkosOptions): ConfiguredIssuer {
  checkPreset('workos', options, { domain: 'optional', issuer: 'optional' })
  const { domain, clientId } = options
  const { issuer = domain === undefined ? undefined : httpsOrigin('domain', domain) } = options
  return issuer === undefined
    ? configure(WORKOS, options, sessionsOf(given('clientId', clientId)))
    : configure(CONNECT, options, { issuer, audience: clientId })
}

function sessionsOf(clientId: string): Place {
  const issuer = `https://api.workos.com/user_management/${clientId}`
  return {
    issuer,
    issuers: [issuer, 'https://api.workos.com', 'https://api.workos.com/'],
    jwksUri: `https://api.workos.com/sso/jwks/${clientId}`,
    audience: clientId,
    impliedAudience: clientId,
  }
}
