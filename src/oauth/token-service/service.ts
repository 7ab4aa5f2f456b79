// tokenService: a small authorization server for the hops alone, for apps whose sign-in cannot
// exchange tokens. Nobody signs in here.

import type { Credential } from '../../core/credential.ts'
import type { Result } from '../../core/errors.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import {
  isByName,
  isFunction,
  isIssuer,
  isSecretStore,
  type ValueChecks,
} from '../../core/option-values.ts'
import { PLAIN_HTTP_OPTIONS } from '../../core/plain-http.ts'
import type { IssuedToken, TokenExchanger } from '../../core/source/exchange.ts'
import { traceOf } from '../../core/trace.ts'
import { assertionVerifier } from './assertion.ts'
import { type Judged, refusalOf } from './denial.ts'
import { serve } from './endpoint.ts'
import { issuer as grant, type Issue } from './issue.ts'
import { type Client, parseOptions, type Settings, type TokenServiceOptions } from './options.ts'
import { chooseAudience } from './policy.ts'
import { signingKeys } from './signing-keys.ts'
import { subjectVerifier } from './subject.ts'

/** A token service. */
export interface TokenService {
  /** Its issuer identifier. */
  readonly issuer: string
  /**
   * Serves its metadata (RFC 8414), its keys and its token endpoint. Route to it what is below the
   * issuer's path, and `/.well-known/oauth-authorization-server` with that path behind it.
   */
  fetch(request: Request): Promise<Response>
  /**
   * The exchanger of a client in this process: the setting `exchanger` of `createOnBehalf`. It sends
   * nothing over HTTP, and needs no secret.
   *
   * @throws TypeError for a client that is not among the `clients`.
   */
  exchanger(clientId: string): TokenExchanger
  /**
   * Makes the next key sign, in all instances within 30 seconds. It happens by itself after
   * `rotateAfter`. Tokens that were signed before stay good until they expire.
   *
   * @param options.compromised Somebody may have the keys: they are replaced at once, and what they
   *   signed is refused as soon as receivers ask for the keys again.
   * @returns Whether it happened. A key must have been published for 15 minutes before it signs, so
   *   that every receiver knows it.
   * @throws What the secret store throws.
   */
  rotateKeys(options?: { readonly compromised?: boolean }): Promise<boolean>
}

/** Every option of the factory. A new one does not compile until it is here. */
const TOKEN_SERVICE_OPTIONS: OptionNames<TokenServiceOptions> = {
  ...PLAIN_HTTP_OPTIONS,
  issuer: 'required',
  signIn: 'required',
  audience: 'optional',
  keys: 'required',
  clients: 'required',
  scopesOf: 'optional',
  audit: 'required',
  lifetime: 'optional',
  rotateAfter: 'optional',
  deadline: 'optional',
  now: 'optional',
}

const TOKEN_SERVICE_VALUES: ValueChecks = {
  keys: isSecretStore,
  signIn: (value) => (Array.isArray(value) ? value.map(isIssuer).find(Boolean) : isIssuer(value)),
  clients: isByName("{ chat: { subject: 'sign-in', audiences: { … } } }"),
  scopesOf: isFunction('it gives the scopes of a verified token'),
}

/**
 * Makes a token service. It takes what the app's sign-in admits, and what it issued itself for an
 * earlier hop. It issues access tokens (RFC 9068) that live 5 minutes at most, for one audience,
 * with no more scopes, with the client as actor, as far as the policy of the client allows. It keeps
 * `sub`, and names the person's own issuer in `sub_id` (RFC 9493).
 *
 * Nothing is read or made before the first use.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 *
 * @example
 * ```ts
 * const service = tokenService({
 *   issuer: 'https://app.example/tokens',
 *   signIn: betterAuth({ issuer: 'https://app.example/api/auth', audience: 'app' }),
 *   keys: sqliteSecretStore(database, masterKeys),
 *   clients: {
 *     chat: { subject: 'sign-in', audiences: { 'https://tasks.example/mcp': ['tasks:read'] } },
 *   },
 *   audit,
 * })
 * const onbehalf = createOnBehalf({ ...settings, exchanger: service.exchanger('chat') })
 * ```
 */
export function tokenService(options: TokenServiceOptions): TokenService {
  checkOptions('tokenService', '', options, TOKEN_SERVICE_OPTIONS, TOKEN_SERVICE_VALUES)
  const settings = parseOptions(options)
  const { issuer, store, rotateAfter, now, tokenEndpoint } = settings
  const keys = signingKeys({ store, issuer, rotateAfter, now })
  const issue = grant(settings, keys, subjectVerifier(settings, keys))
  const verifyAssertion = assertionVerifier([issuer, tokenEndpoint], now)
  return {
    issuer,
    fetch: (request) => serve(request, { settings, keys, issue, verifyAssertion }),
    exchanger(clientId) {
      const client = settings.clients.get(clientId)
      if (!client)
        throw new TypeError(
          `"${clientId}" is no client of the token service; it has ${[...settings.clients.keys()].join(', ')}`,
        )
      return exchangerOf(client, settings, issue)
    },
    rotateKeys: ({ compromised = false } = {}) => keys.rotate({ compromised }),
  }
}

function exchangerOf(client: Client, settings: Settings, issue: Issue): TokenExchanger {
  return {
    issuer: settings.issuer,
    // The policy says which scopes there are, and `scopesOf` which of them a person has.
    scopesFromIssuer: true,
    statesApprovals: client.statesApprovals,
    async exchange(
      subjectToken: Credential,
      target,
      { signal } = {},
    ): Promise<Result<IssuedToken>> {
      const audience = chooseAudience(client, target, settings.clients)
      const issued: Judged<IssuedToken> = audience.ok
        ? await issue(
            client,
            {
              subjectToken,
              audience: audience.value,
              scopes: target.scopes,
              approved: target.approved,
              trace: traceOf(new Headers()),
              placement: 'this process',
            },
            signal,
          )
        : audience
      return issued.ok ? issued : { ok: false, refusal: refusalOf(issued.refusal) }
    },
  }
}
