// Workload identity (RFC 7523 section 2.1): a token for this client itself, for a JWT that the
// platform gave the process, such as the token of a Kubernetes service account. No secret is kept.

import type { Credential } from '../core/credential.ts'
import { type Result, refused } from '../core/errors.ts'
import { withDeadline } from '../core/http/deadline.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isFunction } from '../core/option-values.ts'
import { formatScopes } from '../core/scope.ts'
import type {
  ClientCredentialsIssuer,
  ExchangeTarget,
  IssuedToken,
} from '../core/source/exchange.ts'
import { type ClientAuthentication, publicClient } from './client-authentication.ts'
import type { DpopKey } from './dpop.ts'
import { judgeToken } from './judge-token.ts'
import {
  TOKEN_REQUEST_OPTIONS,
  type TokenRequestOptions,
  tokenRequests,
  withDefaults,
} from './token-endpoint.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Options of {@link workloadIdentity}. */
export interface WorkloadIdentityOptions extends TokenRequestOptions {
  /** The issuer identifier of the authorization server. It must trust the platform. */
  readonly issuer: string
  /** Default: what the issuer's metadata says; it must be on the issuer's own origin. */
  readonly tokenEndpoint?: string
  readonly clientId: string
  /** How this client proves who it is beside the assertion. Default: it says its id only. */
  readonly client?: ClientAuthentication
  /**
   * Gives the workload's JWT. It is called for each request, because platforms replace the JWT
   * often. Its audience must be the authorization server.
   */
  readonly assertion: (options: {
    readonly signal: AbortSignal
  }) => Credential | Promise<Credential>
  /**
   * The key to bind the tokens to (RFC 9449 section 5). A token that is not bound to it is refused.
   * Default: bearer tokens.
   */
  readonly dpop?: DpopKey
}

/** Every option of the factory. A new one does not compile until it is here. */
const WORKLOAD_IDENTITY_OPTIONS: OptionNames<WorkloadIdentityOptions> = {
  ...TOKEN_REQUEST_OPTIONS,
  issuer: 'required',
  tokenEndpoint: 'optional',
  clientId: 'required',
  client: 'optional',
  assertion: 'required',
  dpop: 'optional',
}

/**
 * Makes the issuer of this client's own tokens, for bindings whose source is `client-credentials`.
 * It fetches nothing before the first one.
 *
 * A refusal is not repeated, and no other grant is tried.
 *
 * @throws TypeError when the issuer or the endpoint is not https (or loopback), or the client id is
 *   empty.
 *
 * @example
 * ```ts
 * const issuer = workloadIdentity({
 *   issuer: 'https://login.example',
 *   clientId: 'app',
 *   assertion: async () => new Credential((await readFile(TOKEN_FILE, 'utf8')).trim()),
 * })
 * ```
 */
export function workloadIdentity(options: WorkloadIdentityOptions): ClientCredentialsIssuer {
  checkOptions('workloadIdentity', '', options, WORKLOAD_IDENTITY_OPTIONS, {
    assertion: isFunction('it gives the JWT of the workload, as a Credential'),
  })
  const { issuer, assertion, client = publicClient(), dpop } = options
  const defaulted = withDefaults(options)
  const { now, deadline } = defaulted
  const request = tokenRequests({ ...options, client }, defaulted)

  async function issue(target: ExchangeTarget, signal: AbortSignal): Promise<Result<IssuedToken>> {
    const proof = await assertion({ signal })
    const sentAt = now() / 1000
    const answer = await request(JWT_BEARER, parametersOf(target, proof), { signal, dpop })
    if (!answer.ok) return answer
    return judgeToken(answer.value, {
      scopes: target.scopes,
      sent: [proof],
      // The grant is the workload itself: no person's sign-in can have ended.
      grantRefused: 'exchange_client_refused',
      now: sentAt,
      dpop,
    })
  }

  return {
    issuer,
    async issue(target, { signal } = {}): Promise<Result<IssuedToken>> {
      const ended = await withDeadline(deadline, signal, (inTime) =>
        // What the app threw may quote the assertion, so it ends here.
        issue(target, inTime).catch(() => refused('exchange_failed')),
      )
      return ended.ok ? ended.value : ended
    },
  }
}

/** The form of the request (RFC 7523 section 2.1, RFC 8707 section 2.2). */
function parametersOf(
  { resource, scopes, audience }: ExchangeTarget,
  assertion: Credential,
): URLSearchParams {
  const parameters = new URLSearchParams({ assertion: assertion.reveal(), resource })
  if (audience !== undefined) parameters.set('audience', audience)
  if (scopes.length > 0) parameters.set('scope', formatScopes(scopes))
  return parameters
}
