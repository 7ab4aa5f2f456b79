// Where an issuer is, from what its provider calls it. Pure.

import type { ConnectEndpoints } from '../oauth/connection/connect-dialect.ts'
import type { TokenCheck } from '../oauth/userinfo.ts'

/** Where the app's own issuer is, and what its tokens are like by that. */
export interface Place {
  readonly issuer: string
  /** The values of `iss` of its tokens. Default: `issuer` alone. */
  readonly issuers?: readonly string[]
  /** URL of its keys, where its metadata need not be asked. */
  readonly jwksUri?: string
  /** What the tokens name as their audience, when the app does not say. */
  readonly audience?: string | undefined
  /** The audience of tokens that name none, because the keys serve this app alone. */
  readonly impliedAudience?: string
  /** The clients whose ID tokens are taken, where the provider has nothing else. */
  readonly idTokensFor?: string
  /** Where people connect accounts, when that depends on what the app declares. */
  readonly endpoints?: ConnectEndpoints
  /** What is asked about tokens that are no JWT. */
  readonly check?: TokenCheck
}

/** The origin that a domain stands for. A URL may be given too. */
export function httpsOrigin(setting: string, domain: string): string {
  const text = domain.includes('://') ? domain : `https://${domain}`
  if (!URL.canParse(text) || domain.trim() === '')
    throw new TypeError(`${setting} must be a host name, such as login.acme.example`)
  return new URL(text).origin
}

/** A URL without its last slashes. */
export function trimmed(url: string): string {
  return url.replace(/\/+$/, '')
}

/**
 * Gives a setting that must be there.
 *
 * @throws TypeError that names the setting.
 */
export function given(setting: string, value: string | undefined): string {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${setting} must be given, or issuer in its place`)
  if ((setting === 'url' || setting === 'authority') && !URL.canParse(value))
    throw new TypeError(`${setting} must be the URL of the server, such as https://login.example`)
  return value
}
