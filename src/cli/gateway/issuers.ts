// The issuers of a gateway's file: each is a preset of onbehalf/issuers and its settings.

import * as presets from 'onbehalf/issuers'
import { clientCredentials, clientSecretBasic } from 'onbehalf/oauth'
import { nearest } from '../nearest.ts'
import { ConfigError } from './place.ts'
import type { ReadSecret } from './references.ts'
import { isMap, type Settings } from './settings.ts'

/** What a preset makes. */
type Issuer = presets.ConfiguredIssuer

/** Settings of presets that are functions, or parts that a file cannot hold. */
const NOT_IN_A_FILE = ['verifier', 'exchanger', 'fetch', 'now', 'warn']

/**
 * Makes the issuers.
 *
 * @throws ConfigError that begins with the setting.
 */
export function issuersIn(settings: Settings, secretOf: ReadSecret): readonly Issuer[] {
  const { issuer, issuers } = settings
  if (issuer !== undefined && issuers !== undefined)
    throw new ConfigError('issuers: give issuer or issuers, not both')
  if (issuer !== undefined) return [presetIssuer('issuer', issuer, settings, secretOf)]
  if (!Array.isArray(issuers) || issuers.length === 0)
    throw new ConfigError(
      'issuer must be given: the preset of who people sign in with, such as "issuer: { preset: oidc, issuer: https://login.example }"',
    )
  return issuers.map((one: unknown, at) => presetIssuer(`issuers[${at}]`, one, settings, secretOf))
}

/**
 * The gateway's own tokens (client credentials), where there is one issuer and its client has a secret.
 * Nothing is fetched before a server needs one.
 */
export function ownTokens(
  { issuer: given, insecurelyAllowHttp }: Settings,
  [issuer]: readonly Issuer[],
  secretOf: ReadSecret,
): { readonly clientCredentials?: ReturnType<typeof clientCredentials> } {
  if (!isMap(given) || !issuer || typeof given.clientId !== 'string') return {}
  if (given.clientSecret === undefined) return {}
  const client = clientSecretBasic(secretOf('issuer.clientSecret', given.clientSecret))
  return {
    clientCredentials: clientCredentials({
      issuer: issuer.issuer,
      clientId: given.clientId,
      client,
      ...(Array.isArray(insecurelyAllowHttp) ? { insecurelyAllowHttp, warn() {} } : {}),
    }),
  }
}

/**
 * Makes one issuer.
 *
 * @param setting Where it is in the file.
 * @throws ConfigError that begins with the setting.
 */
export function presetIssuer(
  setting: string,
  given: unknown,
  { insecurelyAllowHttp }: Settings,
  secretOf: ReadSecret,
): Issuer {
  if (!isMap(given))
    throw new ConfigError(
      `${setting} must be a map with a preset: { preset: oidc, issuer: https://login.example }`,
    )
  const { preset, clientSecret, ...options } = given
  const make = presetNamed(setting, preset)
  const wrong = Object.keys(options).find((name) => NOT_IN_A_FILE.includes(name))
  if (wrong !== undefined)
    throw new ConfigError(`${setting}.${wrong} cannot be in a file: it is code`)
  try {
    return make({
      ...options,
      ...(insecurelyAllowHttp === undefined ? {} : { insecurelyAllowHttp, warn() {} }),
      ...(clientSecret === undefined
        ? {}
        : { clientSecret: secretOf(`${setting}.clientSecret`, clientSecret) }),
    })
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError(`${setting}.${error.message}`)
    throw error
  }
}

/** A preset takes options that no compiler has seen: it checks them by itself. */
type Make = (options: Readonly<Record<string, unknown>>) => Issuer

function presetNamed(setting: string, name: unknown): Make {
  const known = Object.keys(presets)
  const make: unknown =
    typeof name === 'string' && known.includes(name) ? Reflect.get(presets, name) : undefined
  if (typeof make === 'function') return make as Make
  const near = typeof name === 'string' ? nearest(name, known) : undefined
  throw new ConfigError(
    `${setting}.preset must be one of ${known.join(', ')}${near === undefined ? '' : `: did you mean ${near}?`}`,
  )
}
