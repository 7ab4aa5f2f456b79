// Makes an issuer of a preset and of what the app declares.

import { checkAudience } from '../core/audience.ts'
import { Credential } from '../core/credential.ts'
import type { Issuer } from '../core/issuer.ts'
import { allowedHttp, quietly } from '../core/plain-http.ts'
import type { TokenExchanger } from '../core/source/exchange.ts'
import { jwtVerifier } from '../jwt/verifier.ts'
import { type ClientAuthentication, clientSecretBasic } from '../oauth/client-authentication.ts'
import type { ConnectDialect } from '../oauth/connection/connect-dialect.ts'
import { tokenExchanger } from '../oauth/exchange.ts'
import type { IssuerOptions } from './options.ts'
import type { Preset } from './preset.ts'

/** An issuer that a preset made. */
export interface ConfiguredIssuer extends Issuer {
  /** What connections need at this issuer. */
  readonly connect: ConnectDialect
}

/** Where the app's own issuer is, from what the provider calls it. */
export interface Place {
  readonly issuer: string
  /** URL of its keys, where its metadata need not be asked. */
  readonly jwksUri?: string
  /** What the tokens name as their audience, when the app does not say. */
  readonly audience?: string | undefined
}

/**
 * Makes an issuer.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function configure(preset: Preset, options: IssuerOptions, place: Place): ConfiguredIssuer {
  const { issuer } = place
  const audience = options.audience ?? place.audience
  const { fetch, now } = options
  // It warns once, for the verifier and the exchanger.
  allowedHttp(options)
  const shared = {
    issuer,
    ...(fetch ? { fetch } : {}),
    ...(now ? { now } : {}),
    ...quietly(options),
  }
  const exchanger = options.exchanger ?? exchangerOf(preset, options, shared)
  return Object.freeze({
    issuer,
    authorizationServers: Object.freeze([issuer]),
    ...(audience === undefined ? {} : { audience: checkAudience('audience', audience) }),
    verifier:
      options.verifier ??
      jwtVerifier({ ...shared, ...(place.jwksUri ? { jwksUri: place.jwksUri } : {}) }),
    ...(exchanger ? { exchanger } : {}),
    ...('cannot' in preset.exchange && !exchanger
      ? { cannotExchange: preset.exchange.cannot }
      : {}),
    connect: preset.connect,
  })
}

function exchangerOf(
  preset: Preset,
  { clientId, clientSecret }: IssuerOptions,
  shared: Pick<IssuerOptions, 'fetch' | 'now'> & { readonly issuer: string },
): TokenExchanger | undefined {
  if ('cannot' in preset.exchange || clientId === undefined || clientSecret === undefined)
    return undefined
  return tokenExchanger({
    ...shared,
    clientId,
    client: authenticationOf(clientSecret),
    dialect: preset.exchange,
  })
}

function authenticationOf(secret: Credential | ClientAuthentication): ClientAuthentication {
  return secret instanceof Credential ? clientSecretBasic(secret) : secret
}
