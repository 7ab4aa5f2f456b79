// Token exchange (RFC 8693) at one authorization server: the request, and the judgement of its answer.

import { genericTokenEndpointRequest } from 'oauth4webapi'
import { checkEndpoint, discoverAuthorizationServer } from '../core/authorization-server.ts'
import type { JsonAnswer } from '../core/bounded-json.ts'
import type { Credential } from '../core/credential.ts'
import { withDeadline } from '../core/deadline.ts'
import { type Result, refused } from '../core/errors.ts'
import type { ExchangeTarget, IssuedToken, TokenExchanger } from '../core/exchange.ts'
import { formatScopes } from '../core/scope.ts'
import { asClientAuth, ask } from './ask.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import { ACCESS_TOKEN, judgeExchange } from './judge-exchange.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Options of {@link tokenExchanger}. */
export interface TokenExchangerOptions {
  /** The issuer identifier of the authorization server. */
  readonly issuer: string
  /** Default: as the issuer's metadata says, on its own origin. */
  readonly tokenEndpoint?: string
  readonly clientId: string
  /** How this client proves who it is. */
  readonly client: ClientAuthentication
  /** The actor's own token, where the server wants one beside the client's authentication (RFC 8693 section 2.1). Default: none. */
  readonly actorToken?: () => Promise<Credential>
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one exchange may take. Default 10,000. */
  readonly deadline?: number
}

/**
 * Makes an exchanger. Nothing is fetched before the first exchange.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is empty.
 */
export function tokenExchanger(options: TokenExchangerOptions): TokenExchanger {
  const { issuer, tokenEndpoint, clientId, client, actorToken } = options
  const { fetch = globalThis.fetch, now = Date.now, deadline = 10_000 } = options
  if (tokenEndpoint !== undefined) checkEndpoint('tokenEndpoint', tokenEndpoint)
  if (clientId === '') throw new TypeError('clientId must not be empty')
  const metadata = discoverAuthorizationServer({ issuer, fetch, now })

  async function send(subjectToken: Credential, target: ExchangeTarget, signal: AbortSignal): Promise<Result<JsonAnswer>> {
    let endpoint = tokenEndpoint
    if (endpoint === undefined) {
      const server = await metadata.current({ signal })
      if (!server.ok) return server
      endpoint = server.value.tokenEndpoint
      if (endpoint === undefined) return refused('issuer_unavailable')
    }
    let actor: Credential | undefined
    try {
      actor = await actorToken?.()
    } catch {
      return refused('exchange_failed')
    }
    return ask(
      (asked) =>
        genericTokenEndpointRequest(
          { issuer, token_endpoint: endpoint },
          { client_id: clientId },
          asClientAuth(client, now),
          GRANT_TYPE,
          exchangeParameters(subjectToken, target, actor),
          asked,
        ),
      { fetch, deadline, signal },
    )
  }

  return {
    issuer,
    async exchange(subjectToken, target, { signal } = {}): Promise<Result<IssuedToken>> {
      const sent = now() / 1000
      const ended = await withDeadline(deadline, signal, (inTime) => send(subjectToken, target, inTime))
      if (!ended.ok) return ended
      const answer = ended.value
      return answer.ok ? judgeExchange(answer.value, { scopes: target.scopes, subjectToken, now: sent }) : answer
    },
  }
}

/** The form of the request (RFC 8693 section 2.1); the grant type and the client's authentication are added to it. */
function exchangeParameters(subjectToken: Credential, target: ExchangeTarget, actor: Credential | undefined): URLSearchParams {
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
