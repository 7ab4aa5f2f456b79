// Token exchange (RFC 8693) at one authorization server: the request. judge-token.ts judges the
// answer.

import type { Credential } from '../core/credential.ts'
import { type Result, refused } from '../core/errors.ts'
import type { JsonAnswer } from '../core/http/bounded-json.ts'
import { withDeadline } from '../core/http/deadline.ts'
import { formatScopes } from '../core/scope.ts'
import type { ExchangeTarget, IssuedToken, TokenExchanger } from '../core/source/exchange.ts'
import type { DpopKey } from './dpop.ts'
import { ACCESS_TOKEN, judgeToken } from './judge-token.ts'
import {
  type RegisteredClient,
  type TokenRequestOptions,
  tokenRequests,
  withDefaults,
} from './token-endpoint.ts'

/** The grant type (RFC 8693 section 2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Options of {@link tokenExchanger}. */
export interface TokenExchangerOptions extends RegisteredClient, TokenRequestOptions {
  /**
   * The actor's own token, for a server that asks for one beside the client's authentication (RFC
   * 8693 section 2.1). Default: none.
   */
  readonly actorToken?: () => Promise<Credential>
  /**
   * The key to bind the new tokens to (RFC 9449 section 5). A token that is not bound to it is
   * refused. Default: bearer tokens.
   */
  readonly dpop?: DpopKey
}

/**
 * Makes an exchanger. It fetches nothing before the first exchange.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is
 *   empty.
 *
 * @example
 * ```ts
 * const exchanger = tokenExchanger({
 *   issuer: 'https://login.example',
 *   clientId: 'chat',
 *   client: clientSecretBasic(secret),
 * })
 * ```
 */
export function tokenExchanger(options: TokenExchangerOptions): TokenExchanger {
  const { issuer, actorToken, dpop } = options
  const defaulted = withDefaults(options)
  const { now, deadline } = defaulted
  const request = tokenRequests(options, defaulted)

  async function send(
    subjectToken: Credential,
    target: ExchangeTarget,
    signal: AbortSignal,
  ): Promise<Result<JsonAnswer>> {
    let actor: Credential | undefined
    try {
      actor = await actorToken?.()
    } catch {
      return refused('exchange_failed')
    }
    return request(TOKEN_EXCHANGE, exchangeParameters(subjectToken, target, actor), {
      signal,
      dpop,
    })
  }

  return {
    issuer,
    async exchange(subjectToken, target, { signal } = {}): Promise<Result<IssuedToken>> {
      const sentAt = now() / 1000
      const ended = await withDeadline(deadline, signal, (inTime) =>
        send(subjectToken, target, inTime),
      )
      if (!ended.ok) return ended
      const answer = ended.value
      if (!answer.ok) return answer
      return judgeToken(answer.value, {
        scopes: target.scopes,
        sent: [subjectToken],
        issuedTokenType: ACCESS_TOKEN,
        now: sentAt,
        dpop,
      })
    },
  }
}

/**
 * The form of the request (RFC 8693 section 2.1), without the grant type and the client's
 * authentication.
 */
function exchangeParameters(
  subjectToken: Credential,
  target: ExchangeTarget,
  actor: Credential | undefined,
): URLSearchParams {
  const parameters = new URLSearchParams({
    subject_token: subjectToken.reveal(),
    subject_token_type: ACCESS_TOKEN,
    requested_token_type: ACCESS_TOKEN,
    resource: target.resource,
  })
  if (target.audience !== undefined) parameters.set('audience', target.audience)
  if (target.scopes.length > 0) parameters.set('scope', formatScopes(target.scopes))
  if (actor) {
    parameters.set('actor_token', actor.reveal())
    parameters.set('actor_token_type', ACCESS_TOKEN)
  }
  return parameters
}
