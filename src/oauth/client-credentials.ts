// Client credentials (RFC 6749 section 4.4): a token for this client itself, for work without a
// person.

import type { Result } from '../core/errors.ts'
import { withDeadline } from '../core/http/deadline.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { formatScopes } from '../core/scope.ts'
import type {
  ClientCredentialsIssuer,
  ExchangeTarget,
  IssuedToken,
} from '../core/source/exchange.ts'
import { createBreaker } from './breaker.ts'
import type { DpopKey } from './dpop.ts'
import { judgeToken } from './judge-token.ts'
import {
  REGISTERED_CLIENT_OPTIONS,
  type RegisteredClient,
  TOKEN_REQUEST_OPTIONS,
  type TokenRequestOptions,
  tokenRequests,
  withDefaults,
} from './token-endpoint.ts'

/** Options of {@link clientCredentials}. */
export interface ClientCredentialsOptions extends RegisteredClient, TokenRequestOptions {
  /**
   * The claim that stands for the audience in a token that has no `aud`, such as Cognito's
   * `client_id`: the source's `audience` must be its value. Default: none, and a readable token
   * without `aud` is not sent.
   */
  readonly audienceClaim?: string | readonly string[]
  /**
   * The key to bind the tokens to (RFC 9449 section 5). A token that is not bound to it is refused.
   * Default: bearer tokens.
   */
  readonly dpop?: DpopKey
}

/** Every option of the factory. A new one does not compile until it is here. */
const CLIENT_CREDENTIALS_OPTIONS: OptionNames<ClientCredentialsOptions> = {
  ...REGISTERED_CLIENT_OPTIONS,
  ...TOKEN_REQUEST_OPTIONS,
  audienceClaim: 'optional',
  dpop: 'optional',
}

/**
 * Makes the issuer of this client's own tokens. It fetches nothing before the first one.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is
 *   empty.
 *
 * @example
 * ```ts
 * const issuer = clientCredentials({
 *   issuer: 'https://login.example',
 *   clientId: 'app',
 *   client: clientSecretBasic(secret),
 * })
 * ```
 */
export function clientCredentials(options: ClientCredentialsOptions): ClientCredentialsIssuer {
  checkOptions('clientCredentials', '', options, CLIENT_CREDENTIALS_OPTIONS)
  const { issuer, audienceClaim, dpop } = options
  const defaulted = withDefaults(options)
  const { now, deadline } = defaulted
  const request = tokenRequests(options, defaulted)
  const breaker = createBreaker(now)
  return {
    issuer,
    issue: (target, { signal } = {}) =>
      breaker(
        target.resource,
        async (onAnswer): Promise<Result<IssuedToken>> => {
          const sentAt = now() / 1000
          const parameters = clientCredentialsParameters(target)
          const ended = await withDeadline(deadline, signal, (inTime) =>
            request('client_credentials', parameters, { signal: inTime, dpop }),
          )
          if (!ended.ok) return ended
          const answer = ended.value
          if (!answer.ok) return answer
          onAnswer()
          // No person's sign-in can have ended here. When the grant is refused, the client is.
          return judgeToken(answer.value, {
            scopes: target.scopes,
            sent: [],
            grantRefused: 'exchange_client_refused',
            now: sentAt,
            dpop,
            ...(audienceClaim === undefined ? {} : { audienceClaim }),
          })
        },
        signal,
      ),
  }
}

/** The form of the request (RFC 6749 section 4.4.2, RFC 8707 section 2.2). */
function clientCredentialsParameters({
  resource,
  scopes,
  audience,
}: ExchangeTarget): URLSearchParams {
  const parameters = new URLSearchParams({ resource })
  if (audience !== undefined) parameters.set('audience', audience)
  if (scopes.length > 0) parameters.set('scope', formatScopes(scopes))
  return parameters
}
