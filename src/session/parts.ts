// What every step of a kept sign-in works with, checked once.

import { checkAudience } from '../core/audience.ts'
import { createAuditor, logSink } from '../core/audit.ts'
import { Credential } from '../core/credential.ts'
import { type HostCookie, hostCookie } from '../core/http/cookie.ts'
import { checkEndpoint } from '../core/http/endpoint.ts'
import { checkOptions } from '../core/known-options.ts'
import { checkArgument, isIssuer } from '../core/option-values.ts'
import { allowedHttp, quietly } from '../core/plain-http.ts'
import type { EndedSignIn } from '../core/sign-ins.ts'
import type { SecretKey } from '../core/vault/secret-store.ts'
import type { SignInRecord, SignInStore } from '../core/vault/sign-in-store.ts'
import type { TokenVerifier } from '../core/verify/verify.ts'
import { clientSecretBasic } from '../oauth/client-authentication.ts'
import type { Parts as ConnectionParts } from '../oauth/connection/parts.ts'
import { isReturnPath } from '../oauth/connection/return-path.ts'
import { type Settings, settingsOf } from '../oauth/connection/settings.ts'
import { storedKeys } from '../oauth/connection/stored-key.ts'
import { type FlowCookies, flowCookies } from './flow-cookie.ts'
import {
  ENDPOINTS,
  RATE_LIMIT,
  RATE_LIMIT_VALUES,
  SERVER_SESSION_OPTIONS,
  SERVER_SESSION_VALUES,
  type ServerSessionOptions,
} from './options.ts'
import type { SignInRateLimit } from './rate-limit.ts'

/** The parts. */
export interface SessionParts {
  readonly origin: string
  readonly path: string
  readonly clientId: string
  readonly store: SignInStore
  /** The issuer, as connections see an authorization server: the same code asks it for tokens. */
  readonly settings: Settings
  readonly connection: ConnectionParts
  readonly verifier: TokenVerifier
  readonly audience: readonly string[]
  /** The values of `iss` that its tokens have. */
  readonly issuers: readonly string[]
  readonly presents: 'access_token' | 'id_token'
  readonly idleSeconds: number
  readonly lifeSeconds: number
  readonly cookie: HostCookie
  readonly flows: FlowCookies
  readonly afterSignOut: string
  readonly rateLimit: SignInRateLimit | undefined
  readonly endSessionEndpoint: string | undefined
  readonly onEnded: (ended: EndedSignIn) => void | Promise<void>
}

/**
 * Checks the options.
 *
 * @throws TypeError that names the setting.
 */
export function parseParts(options: ServerSessionOptions): SessionParts {
  checkOptions('serverSession', '', options, SERVER_SESSION_OPTIONS, SERVER_SESSION_VALUES)
  if (options.endpoints) checkOptions('serverSession', 'endpoints', options.endpoints, ENDPOINTS)
  if (options.rateLimit !== undefined)
    checkOptions('serverSession', 'rateLimit', options.rateLimit, RATE_LIMIT, RATE_LIMIT_VALUES)
  checkArgument('issuer', options.issuer, isIssuer)
  const { issuer, clientId, store, presents = 'access_token', afterSignOut = '/' } = options
  const { endSessionEndpoint, onEnded = () => {}, cookie: cookieName = 'onbehalf' } = options
  const { now = Date.now } = options
  const allowsHttp = allowedHttp(options)
  const { origin, path } = checkPlaces(options)
  const { idleSeconds, lifeSeconds } = checkLives(options)
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(cookieName))
    throw new TypeError('cookie must be a plain name, without the prefix __Host-')
  if (!isReturnPath(afterSignOut))
    throw new TypeError('afterSignOut must be a path of the app, such as /')
  if (endSessionEndpoint !== undefined)
    checkEndpoint('endSessionEndpoint', endSessionEndpoint, allowsHttp)
  const isSecure = origin.startsWith('https:')
  const settings = settingsFor(options, `${origin}${path}/callback`)
  return {
    origin,
    path,
    clientId,
    store,
    settings,
    connection: connectionParts(options),
    verifier: issuer.verifier,
    audience: audienceFor(options, settings),
    issuers: issuer.issuers ?? [issuer.issuer],
    presents,
    idleSeconds,
    lifeSeconds,
    cookie: hostCookie(cookieName, isSecure),
    flows: flowCookies(cookieName, isSecure, now),
    afterSignOut,
    rateLimit: options.rateLimit,
    endSessionEndpoint,
    onEnded,
  }
}

/** Where the tokens of a sign-in are. It is the same whatever else the app changes. */
export function keyOf({ id }: SignInRecord): SecretKey {
  return { owner: `sign-in:${id}`, resource: 'urn:onbehalf:sign-in', kind: 'sign-in' }
}

/** Where the app is. Plain http is for loopback: the cookie would be everybody's. */
function checkPlaces({ origin, path = '/auth' }: ServerSessionOptions) {
  checkEndpoint('origin', origin)
  const url = new URL(origin)
  if (url.pathname !== '/' || url.search !== '')
    throw new TypeError('origin must have no path: https://app.example')
  if (!isReturnPath(path) || path.endsWith('/') || /[?#]/.test(path))
    throw new TypeError('path must be a path without a trailing slash, such as /auth')
  return { origin: url.origin, path }
}

function checkLives({ idleSeconds = 86_400, lifeSeconds = 604_800 }: ServerSessionOptions) {
  if (idleSeconds < 300) throw new TypeError('idleSeconds must be 300 or more')
  if (!(lifeSeconds >= idleSeconds && lifeSeconds <= 34_560_000))
    throw new TypeError('lifeSeconds must be from idleSeconds to 34,560,000 (400 days)')
  return { idleSeconds, lifeSeconds }
}

function settingsFor(options: ServerSessionOptions, redirectUri: string): Settings {
  const { issuer, clientId, clientSecret, resource, scopes = ['openid'] } = options
  const { parameters, pkce, endpoints, fetch = globalThis.fetch, now = Date.now } = options
  const authentication =
    clientSecret instanceof Credential ? clientSecretBasic(clientSecret) : clientSecret
  const server = {
    resource: resource ?? (false as const),
    issuer: { issuer: issuer.issuer, connect: issuer.connect ?? {} },
    scopes,
    client: {
      type: 'registered' as const,
      id: clientId,
      ...(authentication ? { authentication } : {}),
    },
    ...(parameters ? { parameters } : {}),
    ...(pkce ? { pkce } : {}),
    ...(endpoints ? { endpoints } : {}),
  }
  const allowsHttp = allowedHttp({ ...options, ...quietly(options) })
  return settingsOf('sign-in', '', server, { redirectUri, fetch, now, allowsHttp })
}

function connectionParts(options: ServerSessionOptions): ConnectionParts {
  const { secrets, audit = logSink, fetch = globalThis.fetch, now = Date.now } = options
  const { deadline = 10_000 } = options
  // The lease of a refresh must be longer than its request can take.
  if (!(deadline > 0 && deadline <= 20_000))
    throw new TypeError('deadline must be from 1 to 20,000 milliseconds')
  return {
    store: secrets,
    auditor: createAuditor(audit, { now }),
    hop: 'sign-in',
    fetch,
    now,
    deadline,
    allowsHttp: allowedHttp({ ...options, ...quietly(options) }),
    keys: storedKeys(now),
  }
}

function audienceFor(
  { audience, issuer, presents, clientId }: ServerSessionOptions,
  { sentResource }: Settings,
): readonly string[] {
  const named = audience ?? issuer.audience ?? sentResource
  if (named !== undefined) {
    const checked = checkAudience('audience', named)
    return typeof checked === 'string' ? [checked] : checked
  }
  if (presents === 'id_token') return [clientId]
  throw new TypeError(
    'audience or resource must be given: what the issuer puts into the audience of the access tokens for this app',
  )
}
