// Makes an issuer of a preset and of what the app declares.

import { checkAudience } from '../core/audience.ts'
import { Credential } from '../core/credential.ts'
import { checkEndpoint } from '../core/http/endpoint.ts'
import type { Issuer } from '../core/issuer.ts'
import { allowedHttp, quietly } from '../core/plain-http.ts'
import type { TokenExchanger } from '../core/source/exchange.ts'
import {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
} from '../oauth/client-authentication.ts'
import type { ConnectDialect } from '../oauth/connection/connect-dialect.ts'
import { tokenExchanger } from '../oauth/exchange.ts'
import { checkDialect } from '../oauth/exchange-dialect.ts'
import type { IssuerOptions } from './options.ts'
import type { Place } from './place.ts'
import type { Preset } from './preset.ts'
import { opaqueWay, presetVerifier } from './preset-verifier.ts'

/** An issuer that a preset made. */
export interface ConfiguredIssuer extends Issuer {
  /** What connections need at this issuer. */
  readonly connect: ConnectDialect
}

/**
 * Makes an issuer.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function configure(preset: Preset, options: IssuerOptions, place: Place): ConfiguredIssuer {
  const { issuer } = place
  const audience = options.audience ?? place.audience
  if (options.exchange !== undefined) checkDialect(preset.name, 'exchange', options.exchange)
  if (options.clientSecret !== undefined && options.clientId === undefined)
    throw new TypeError(
      'clientId must be given with clientSecret: without it, the issuer is not asked for tokens',
    )
  // It warns once, for the verifier and the exchanger.
  checkEndpoint('issuer', issuer, allowedHttp(options))
  const client = options.clientSecret && authenticationOf(options.clientSecret, preset)
  const exchanger = options.exchanger ?? exchangerOf(preset, options, issuer, client)
  return Object.freeze({
    issuer,
    ...(place.issuers ? { issuers: Object.freeze([...place.issuers]) } : {}),
    authorizationServers: Object.freeze([issuer]),
    ...(audience === undefined ? {} : { audience: checkAudience('audience', audience) }),
    verifier: options.verifier ?? presetVerifier(preset, options, place, client),
    ...(options.verifier === undefined && opaqueWay(preset, options, place)
      ? { takesOpaqueTokens: true }
      : {}),
    ...(exchanger ? { exchanger } : {}),
    ...('cannot' in preset.exchange && !exchanger
      ? { cannotExchange: preset.exchange.cannot }
      : {}),
    connect: place.endpoints ? { ...preset.connect, endpoints: place.endpoints } : preset.connect,
  })
}

function exchangerOf(
  preset: Preset,
  options: IssuerOptions,
  issuer: string,
  client: ClientAuthentication | undefined,
): TokenExchanger | undefined {
  const { clientId, fetch, now, exchange } = options
  if ('cannot' in preset.exchange || clientId === undefined || client === undefined)
    return undefined
  return tokenExchanger({
    issuer,
    clientId,
    client,
    ...(fetch ? { fetch } : {}),
    ...(now ? { now } : {}),
    ...quietly(options),
    dialect: { ...preset.exchange, ...exchange },
  })
}

function authenticationOf(
  secret: Credential | ClientAuthentication,
  { secretInForm }: Preset,
): ClientAuthentication {
  if (!(secret instanceof Credential)) return secret
  return secretInForm ? clientSecretPost(secret) : clientSecretBasic(secret)
}
