// The token exchange grant (RFC 8693) for oidc-provider. It reads the request, verifies the subject
// token, asks the policy and issues the new token.

import { errors, type OidcRequestContext, type Parameters, type Provider } from 'oidc-provider'
import {
  ACCESS_TOKEN_TYPE,
  type ActClaim,
  decideExchange,
  type ExchangeError,
  type ExchangeRule,
  type SubjectToken,
} from './exchange-policy.ts'
import { resourceServerInfo } from './resource-server.ts'
import type { VerifiedSubject, VerifySubject } from './subject-token.ts'

/** The grant type of a token exchange (RFC 8693 section 2.1). */
export const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
]

/** Options of {@link registerExchange}. */
export interface ExchangeOptions {
  readonly rules: readonly ExchangeRule[]
  readonly verifySubject: VerifySubject
  /** Remembers the actor of a token for the hook that writes the token's claims. */
  readonly remember: (token: object, act: ActClaim) => void
}

/** Adds the grant to a provider. */
export function registerExchange(provider: Provider, options: ExchangeOptions): void {
  const exchange = async (context: OidcRequestContext) => {
    const { client, params } = context.oidc
    const subjectToken = one(params, 'subject_token')
    if (subjectToken === undefined) throw new errors.InvalidRequest('subject_token is missing')
    const verified = await checkGrant(provider, await options.verifySubject(subjectToken))
    const decision = decideExchange(options.rules, {
      client: client.clientId,
      request: {
        subjectTokenType: one(params, 'subject_token_type'),
        requestedTokenType: one(params, 'requested_token_type'),
        hasActorToken: params.actor_token !== undefined || params.actor_token_type !== undefined,
        targets: [...all(params, 'resource'), ...all(params, 'audience')],
        scope: one(params, 'scope'),
      },
      subject: verified,
      now: Date.now() / 1000,
    })
    if (!decision.ok) throw toError(decision.error, decision.description)
    if (!verified) throw new errors.InvalidGrant('no subject')
    const token = new provider.AccessToken({
      accountId: verified.subject,
      client,
      // The person's own grant goes down the whole chain. When it is revoked, every later exchange
      // in the chain is refused.
      grantId: verified.grantId,
      gty: EXCHANGE_GRANT,
      expiresIn: decision.lifetimeSeconds,
      resourceServer: new provider.ResourceServer(
        decision.target,
        resourceServerInfo(decision.target),
      ),
    })
    token.scope = decision.scopes.join(' ')
    options.remember(token, decision.act)
    context.body = {
      access_token: await token.save(),
      issued_token_type: ACCESS_TOKEN_TYPE,
      token_type: 'Bearer',
      expires_in: token.expiration,
      scope: token.scope,
    }
  }
  provider.registerGrantType(EXCHANGE_GRANT, exchange, PARAMETERS, ['resource', 'audience'])
}

/**
 * Gives the subject only if the grant behind the token still exists. JWT access tokens are not
 * stored, so only a missing grant shows that one was revoked. A grant is removed by a sign-out, a
 * revocation, or the reuse of a refresh token.
 */
async function checkGrant(
  provider: Provider,
  verified: (VerifiedSubject & SubjectToken) | undefined,
): Promise<(VerifiedSubject & SubjectToken) | undefined> {
  const grant = verified && (await provider.Grant.find(verified.grantId))
  return grant?.accountId === verified?.subject ? verified : undefined
}

function one(params: Parameters, name: string): string | undefined {
  const value = params[name]
  return typeof value === 'string' ? value : undefined
}

function all(params: Parameters, name: string): readonly string[] {
  const value = params[name]
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

function toError(error: ExchangeError, description: string): Error {
  switch (error) {
    case 'invalid_request':
      return new errors.InvalidRequest(description)
    case 'invalid_grant':
      return new errors.InvalidGrant(description)
    case 'invalid_target':
      return new errors.InvalidTarget(description)
    case 'invalid_scope':
      return new errors.InvalidScope(description)
    case 'unauthorized_client':
      return new errors.UnauthorizedClient(description)
  }
}
