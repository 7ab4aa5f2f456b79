// Token exchange (RFC 8693) at one authorization server: the request. judge-token.ts judges the
// answer.

import type { Credential } from '../core/credential.ts'
import { type Result, refused } from '../core/errors.ts'
import { withDeadline } from '../core/http/deadline.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isFunction } from '../core/option-values.ts'
import type { ExchangeTarget, IssuedToken, TokenExchanger } from '../core/source/exchange.ts'
import { createBreaker, personBehind } from './breaker.ts'
import type { DpopKey } from './dpop.ts'
import { checkDialect, type ExchangeDialect } from './exchange-dialect.ts'
import { exchangeForm } from './exchange-form.ts'
import { ACCESS_TOKEN, type AskedToken, judgeToken } from './judge-token.ts'
import {
  REGISTERED_CLIENT_OPTIONS,
  type RegisteredClient,
  TOKEN_REQUEST_OPTIONS,
  type TokenRequestOptions,
  tokenRequests,
  withDefaults,
} from './token-endpoint.ts'

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
  /** How this authorization server exchanges tokens. Default: as RFC 8693 says. */
  readonly dialect?: ExchangeDialect
}

/** Every option of the factory. A new one does not compile until it is here. */
const TOKEN_EXCHANGER_OPTIONS: OptionNames<TokenExchangerOptions> = {
  ...REGISTERED_CLIENT_OPTIONS,
  ...TOKEN_REQUEST_OPTIONS,
  actorToken: 'optional',
  dpop: 'optional',
  dialect: 'optional',
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
  checkOptions('tokenExchanger', '', options, TOKEN_EXCHANGER_OPTIONS, {
    actorToken: isFunction("it gives the actor's token, as a Credential"),
  })
  const { issuer, actorToken, dpop, dialect = {} } = options
  checkDialect('tokenExchanger', 'dialect', dialect)
  const defaulted = withDefaults(options)
  const { now, deadline } = defaulted
  const request = tokenRequests(options, defaulted)
  const breaker = createBreaker(now)

  async function exchangeOnce(
    subjectToken: Credential,
    target: ExchangeTarget,
    signal: AbortSignal,
    onAnswer: () => void,
  ): Promise<Result<IssuedToken>> {
    let actor: Credential | undefined
    try {
      actor = await actorToken?.()
    } catch {
      return refused('exchange_failed')
    }
    const { grantType, parameters, scopes } = exchangeForm(subjectToken, target, actor, dialect)
    const sentAt = now() / 1000
    const answer = await request(grantType, parameters, { signal, dpop })
    if (!answer.ok) return answer
    onAnswer()
    return judgeToken(answer.value, {
      scopes,
      sent: actor ? [subjectToken, actor] : [subjectToken],
      hasSubject: true,
      now: sentAt,
      dpop,
      ...judgedBy(dialect),
    })
  }

  return {
    issuer,
    ...(dialect.scopesFromIssuer ? { scopesFromIssuer: true } : {}),
    ...(dialect.statesApprovals ? { statesApprovals: true } : {}),
    exchange: (subjectToken, target, { signal } = {}) =>
      breaker(
        personBehind(subjectToken),
        async (onAnswer) => {
          const ended = await withDeadline(deadline, signal, (inTime) =>
            exchangeOnce(subjectToken, target, inTime, onAnswer),
          )
          return ended.ok ? ended.value : ended
        },
        signal,
      ),
  }
}

/** What an answer in this dialect must have. Microsoft's on-behalf-of says no issued type. */
function judgedBy(
  dialect: ExchangeDialect,
): Pick<AskedToken, 'issuedTokenTypes' | 'allowScopes' | 'expiresIn'> {
  const { grant, requestedTokenType = ACCESS_TOKEN, allowScopes, expiresIn } = dialect
  const { issuedTokenTypes = grant === 'jwt-bearer-obo' ? 'any' : [requestedTokenType] } = dialect
  return {
    issuedTokenTypes,
    ...(allowScopes ? { allowScopes } : {}),
    ...(expiresIn ? { expiresIn } : {}),
  }
}
