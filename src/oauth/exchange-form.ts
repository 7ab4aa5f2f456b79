// The form of an exchange in an authorization server's dialect: RFC 8693 section 2.1, or Microsoft's
// on-behalf-of. It sends nothing.

import { approvedDetails } from '../core/approved-call.ts'
import type { Credential } from '../core/credential.ts'
import { formatScopes } from '../core/scope.ts'
import type { ExchangeTarget } from '../core/source/exchange.ts'
import type { ExchangeDialect } from './exchange-dialect.ts'
import { ACCESS_TOKEN } from './judge-token.ts'

/** The grant type of a token exchange (RFC 8693 section 2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The grant type of an assertion (RFC 7523 section 2.1). */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** What an exchange is asked for, without the client's authentication. */
export interface ExchangeForm {
  readonly grantType: string
  readonly parameters: URLSearchParams
  /** The scopes that it asks for. */
  readonly scopes: readonly string[]
}

/** Makes the form of one exchange. */
export function exchangeForm(
  subjectToken: Credential,
  target: ExchangeTarget,
  actor: Credential | undefined,
  dialect: ExchangeDialect,
): ExchangeForm {
  const scopes = scopesToAsk(target, dialect)
  const parameters = new URLSearchParams({
    ...dialect.parameters,
    ...subjectParameters(subjectToken, dialect),
    ...targetParameters(target, dialect),
    ...(scopes.length > 0 ? { scope: formatScopes(scopes) } : {}),
    ...(target.approved && dialect.statesApprovals
      ? { authorization_details: JSON.stringify(approvedDetails(target.approved)) }
      : {}),
    ...(actor ? { actor_token: actor.reveal(), actor_token_type: ACCESS_TOKEN } : {}),
  })
  const grantType = dialect.grant === 'jwt-bearer-obo' ? JWT_BEARER : TOKEN_EXCHANGE
  return { grantType, parameters, scopes }
}

function subjectParameters(
  subjectToken: Credential,
  { grant, subjectTokenType = ACCESS_TOKEN, requestedTokenType = ACCESS_TOKEN }: ExchangeDialect,
): Readonly<Record<string, string>> {
  return grant === 'jwt-bearer-obo'
    ? { assertion: subjectToken.reveal(), requested_token_use: 'on_behalf_of' }
    : {
        subject_token: subjectToken.reveal(),
        subject_token_type: subjectTokenType,
        requested_token_type: requestedTokenType,
      }
}

function targetParameters(
  { resource, audience }: ExchangeTarget,
  { target }: ExchangeDialect,
): Readonly<Record<string, string>> {
  if (target === undefined) return audience === undefined ? { resource } : { resource, audience }
  switch (target) {
    case 'resource':
      return { resource }
    case 'audience':
      return { audience: audience ?? resource }
    case 'both':
      return { resource, audience: audience ?? resource }
    case 'neither':
    case 'scope':
      return {}
  }
}

function scopesToAsk(
  { resource, audience, scopes }: ExchangeTarget,
  { target, defaultScope }: ExchangeDialect,
): readonly string[] {
  if (scopes.length > 0 || target !== 'scope' || defaultScope === undefined) return scopes
  return [`${audience ?? resource}${defaultScope}`]
}
