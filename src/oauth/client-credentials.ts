// Client credentials (RFC 6749 section 4.4): a token that speaks for this client itself. For work that no person is behind.

import type { Result } from '../core/errors.ts'
import { withDeadline } from '../core/http/deadline.ts'
import { formatScopes } from '../core/scope.ts'
import type {
  ClientCredentialsIssuer,
  ExchangeTarget,
  IssuedToken,
} from '../core/source/exchange.ts'
import type { DpopKey } from './dpop.ts'
import { judgeToken } from './judge-token.ts'
import {
  type RegisteredClient,
  type TokenRequestOptions,
  tokenRequests,
  withDefaults,
} from './token-endpoint.ts'

/** Options of {@link clientCredentials}. */
export interface ClientCredentialsOptions extends RegisteredClient, TokenRequestOptions {
  /** The key that the tokens are bound to (RFC 9449 section 5); an answer with a token that is not is refused. Default: bearer tokens. */
  readonly dpop?: DpopKey
}

/**
 * Makes the issuer of this client's own tokens. Nothing is fetched before the first one.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is empty.
 */
export function clientCredentials(options: ClientCredentialsOptions): ClientCredentialsIssuer {
  const { issuer, dpop } = options
  const defaulted = withDefaults(options)
  const { now, deadline } = defaulted
  const request = tokenRequests(options, defaulted)
  return {
    issuer,
    async issue(target, { signal } = {}): Promise<Result<IssuedToken>> {
      const sent = now() / 1000
      const parameters = clientCredentialsParameters(target)
      const ended = await withDeadline(deadline, signal, (inTime) =>
        request('client_credentials', parameters, { signal: inTime, dpop }),
      )
      if (!ended.ok) return ended
      const answer = ended.value
      if (!answer.ok) return answer
      // There is no person whose sign-in could have ended: a grant that is refused is the client's.
      return judgeToken(answer.value, {
        scopes: target.scopes,
        sent: [],
        grantRefused: 'exchange_client_refused',
        now: sent,
        dpop,
      })
    },
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
