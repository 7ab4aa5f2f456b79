// Identity assertion grant (draft-ietf-oauth-identity-assertion-authz-grant, ID-JAG; in MCP:
// enterprise-managed authorization). The organisation's identity provider vouches for the person at
// another authorization server, in two requests. This file never reads the assertion.

import type { Credential } from '../core/credential.ts'
import { type Result, refused } from '../core/errors.ts'
import { withDeadline } from '../core/http/deadline.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { formatScopes } from '../core/scope.ts'
import type { ExchangeTarget, IssuedToken, TokenExchanger } from '../core/source/exchange.ts'
import { createBreaker, personBehind } from './breaker.ts'
import type { DpopKey } from './dpop.ts'
import { JWT_BEARER, TOKEN_EXCHANGE } from './exchange-form.ts'
import { judgeAssertion, judgeToken } from './judge-token.ts'
import {
  REGISTERED_CLIENT_OPTIONS,
  type RegisteredClient,
  TOKEN_REQUEST_OPTIONS,
  type TokenRequestOptions,
  tokenRequests,
  withDefaults,
} from './token-endpoint.ts'

const TOKEN_TYPES = {
  'access-token': 'urn:ietf:params:oauth:token-type:access_token',
  'id-token': 'urn:ietf:params:oauth:token-type:id_token',
} as const

/** The token type of the assertion: a JWT that one other server accepts as a grant. */
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'

/** Options of {@link identityAssertionExchanger}. */
export interface IdentityAssertionOptions extends TokenRequestOptions {
  /** This client at the identity provider. Its tokens come in at the door. */
  readonly identityProvider: RegisteredClient
  /** This client at the authorization server of the resource. */
  readonly authorizationServer: RegisteredClient
  /**
   * The type of the person's token that goes to the identity provider: the access token that came
   * in, or an ID token when the provider takes nothing else.
   */
  readonly subjectTokenType: keyof typeof TOKEN_TYPES
  /**
   * The key to bind the access tokens to (RFC 9449 section 5). A token that is not bound to it is
   * refused. Default: bearer tokens.
   */
  readonly dpop?: DpopKey
}

/** Every option of the factory. A new one does not compile until it is here. */
const IDENTITY_ASSERTION_EXCHANGER_OPTIONS: OptionNames<IdentityAssertionOptions> = {
  ...TOKEN_REQUEST_OPTIONS,
  identityProvider: 'required',
  authorizationServer: 'required',
  subjectTokenType: 'required',
  dpop: 'optional',
}

/**
 * Makes an exchanger that gets an identity assertion first. It fetches nothing before the first
 * exchange.
 *
 * Its `issuer` is the identity provider, the only party that sees the person's token. The
 * resource's authorization server sees the assertion, which is useless anywhere else. The deadline
 * is for both requests together.
 *
 * @throws TypeError when an issuer or an endpoint is not https (or loopback), a client id is empty,
 *   or the subject token type is unknown.
 */
export function identityAssertionExchanger(options: IdentityAssertionOptions): TokenExchanger {
  checkOptions('identityAssertionExchanger', '', options, IDENTITY_ASSERTION_EXCHANGER_OPTIONS)
  const { identityProvider, authorizationServer, subjectTokenType, dpop } = options
  for (const [at, client] of Object.entries({ identityProvider, authorizationServer }))
    checkOptions('identityAssertionExchanger', at, client, REGISTERED_CLIENT_OPTIONS)
  if (!Object.hasOwn(TOKEN_TYPES, subjectTokenType))
    throw new TypeError('subjectTokenType must be access-token or id-token')
  const defaulted = withDefaults(options)
  const { now, deadline } = defaulted
  const askProvider = tokenRequests(identityProvider, defaulted)
  const askServer = tokenRequests(authorizationServer, defaulted)
  const breaker = createBreaker(now)

  async function exchange(
    subjectToken: Credential,
    target: ExchangeTarget,
    signal: AbortSignal,
    onAnswer: () => void,
  ): Promise<Result<IssuedToken>> {
    const parameters = new URLSearchParams({
      subject_token: subjectToken.reveal(),
      subject_token_type: TOKEN_TYPES[subjectTokenType],
      requested_token_type: ID_JAG,
      audience: authorizationServer.issuer,
      resource: target.resource,
    })
    if (target.scopes.length > 0) parameters.set('scope', formatScopes(target.scopes))
    const vouched = await askProvider(TOKEN_EXCHANGE, parameters, { signal })
    if (!vouched.ok) return vouched
    const assertion = judgeAssertion(vouched.value, {
      scopes: target.scopes,
      sent: [subjectToken],
      hasSubject: true,
      issuedTokenTypes: [ID_JAG],
    })
    if (!assertion.ok) {
      onAnswer()
      return assertion
    }

    const { credential, scopes } = assertion.value
    // A request without scopes gets the server's default, which may be more than was asked for.
    if (scopes.length === 0 && target.scopes.length > 0)
      return refused('exchange_scope_refused', { scopes: target.scopes })
    const grant = new URLSearchParams({ assertion: credential.reveal(), resource: target.resource })
    if (scopes.length > 0) grant.set('scope', formatScopes(scopes))
    const sentAt = now() / 1000
    const answer = await askServer(JWT_BEARER, grant, { signal, dpop })
    if (!answer.ok) return answer
    onAnswer()
    // When the second server refuses the assertion, the two servers disagree about each other. It
    // says nothing about the person's sign-in.
    const asked = {
      scopes,
      sent: [subjectToken, credential],
      grantRefused: 'exchange_target_refused',
    } as const
    return judgeToken(answer.value, { ...asked, now: sentAt, dpop })
  }

  return {
    issuer: identityProvider.issuer,
    exchange: (subjectToken, target, { signal } = {}) =>
      breaker(
        personBehind(subjectToken),
        async (onAnswer) => {
          const ended = await withDeadline(deadline, signal, (inTime) =>
            exchange(subjectToken, target, inTime, onAnswer),
          )
          return ended.ok ? ended.value : ended
        },
        signal,
      ),
  }
}
