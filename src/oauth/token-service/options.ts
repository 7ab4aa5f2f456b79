// The options of `tokenService`, and their check.

import type { webcrypto } from 'node:crypto'
import { checkAudience } from '../../core/audience.ts'
import { type Auditor, type AuditSink, createAuditor } from '../../core/audit.ts'
import { Credential } from '../../core/credential.ts'
import { checkEndpoint } from '../../core/http/endpoint.ts'
import type { Issuer } from '../../core/issuer.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isByName, isSecret, type ValueChecks } from '../../core/option-values.ts'
import { allowedHttp, type PlainHttpOptions } from '../../core/plain-http.ts'
import { isScope } from '../../core/scope.ts'
import type { SecretStore } from '../../core/vault/secret-store.ts'
import type { VerifiedToken } from '../../core/verify/verify.ts'
import { isPublicKey } from './jws.ts'

/**
 * The scopes that a client may have in tokens for one audience. In a list, each of them needs the
 * scope of the same name in the subject token. Otherwise each names the scopes of the subject token
 * of which one is needed; with an empty list, none is.
 */
export type GrantedScopes = readonly string[] | Readonly<Record<string, readonly string[]>>

/** A client of the token service: the app, or an MCP server that calls an API. */
export interface TokenServiceClient {
  /**
   * Whose tokens it may exchange: `sign-in` for those that people sign in to the app with; otherwise
   * those that this service issued for the client, by the audience that they name.
   */
  readonly subject: 'sign-in' | string | readonly string[]
  /** The audiences that it may ask for, each with the scopes there. */
  readonly audiences: Readonly<Record<string, GrantedScopes>>
  /**
   * Its secret, or several while one replaces another (`client_secret_basic`,
   * `client_secret_post`). Without a secret and keys, it works in this process only.
   */
  readonly secret?: Credential | readonly Credential[]
  /** Its public keys (`private_key_jwt`, RFC 7523 section 2.2). */
  readonly keys?: readonly webcrypto.JsonWebKey[]
  /**
   * Whether it may say that a person has said yes to a call: the token is then for this call
   * (`authorization_details`, RFC 9396), and lives for 2 minutes at most. Default false.
   */
  readonly statesApprovals?: boolean
}

/** Options of {@link tokenService}. */
export interface TokenServiceOptions extends PlainHttpOptions {
  /** Its issuer identifier: the URL that its `fetch` is served at. */
  readonly issuer: string
  /**
   * The issuers that people sign in with: presets of onbehalf/issuers. The people of the first one
   * keep their `sub`.
   */
  readonly signIn: Issuer | readonly Issuer[]
  /** What their tokens name as their audience. Default: what `signIn` says. */
  readonly audience?: string | readonly string[]
  /** Where its signing keys are kept, sealed: the store that all instances share. */
  readonly keys: SecretStore
  /** The clients, by their ids. */
  readonly clients: Readonly<Record<string, TokenServiceClient>>
  /**
   * The scopes that a person has, by the token that they signed in with. Default: those of the
   * token. Set it where the sign-in knows no scopes.
   */
  readonly scopesOf?: (token: VerifiedToken) => readonly string[]
  /** Records every exchange. When it throws, no token is issued. */
  readonly audit: AuditSink
  /** Seconds that a token lives, 300 at most. Default 300. */
  readonly lifetime?: number
  /** Seconds after which another key signs. Default 2,592,000 (30 days), at least 3,600. */
  readonly rotateAfter?: number
  /** Milliseconds for the verification of a subject token, and for reading a request. Default 10,000. */
  readonly deadline?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every setting of a client. A new one does not compile until it is here. */
const CLIENT: OptionNames<TokenServiceClient> = {
  subject: 'required',
  audiences: 'required',
  secret: 'optional',
  keys: 'optional',
  statesApprovals: 'optional',
}

const CLIENT_VALUES: ValueChecks = {
  audiences: isByName("{ 'https://tasks.example/mcp': ['tasks:read'] }"),
  secret: (value) => (Array.isArray(value) ? undefined : isSecret(value)),
  keys: (value) => (Array.isArray(value) ? undefined : 'must be a list of public keys (JWK)'),
}

/** A client, checked. */
export interface Client {
  readonly id: string
  /** Undefined: those of people's sign-in. */
  readonly subjects: readonly string[] | undefined
  /** For each audience its scopes, and for each scope those of the subject token that open it. */
  readonly audiences: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
  readonly secrets: readonly Credential[]
  readonly keys: readonly webcrypto.JsonWebKey[]
  readonly statesApprovals: boolean
}

/** The options, checked, with the defaults filled in. */
export interface Settings {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly jwksUri: string
  readonly signIn: readonly Issuer[]
  readonly audience: string | readonly string[] | undefined
  readonly store: SecretStore
  readonly clients: ReadonlyMap<string, Client>
  readonly scopesOf: (token: VerifiedToken) => readonly string[]
  readonly auditor: Auditor
  readonly lifetime: number
  readonly rotateAfter: number
  readonly deadline: number
  readonly now: () => number
}

/** The longest life of a token. */
const MAX_LIFETIME_SECONDS = 300

/** A shorter secret can be guessed. */
const MIN_SECRET_CHARS = 16

/**
 * Checks the options.
 *
 * @throws TypeError that names the setting.
 */
export function parseOptions(options: TokenServiceOptions): Settings {
  const { issuer, keys: store, scopesOf = ({ scopes }) => scopes, audit } = options
  const { lifetime = 300, rotateAfter = 30 * 86_400, deadline = 10_000, now = Date.now } = options
  const base = checkIssuer(issuer, options)
  if (!(lifetime >= 1 && lifetime <= MAX_LIFETIME_SECONDS))
    throw new TypeError('lifetime must be a number of seconds, from 1 to 300')
  if (!(rotateAfter >= 3600)) throw new TypeError('rotateAfter must be at least 3600 seconds')
  return {
    issuer,
    tokenEndpoint: `${base}/token`,
    jwksUri: `${base}/jwks`,
    signIn: checkSignIn(options),
    audience: options.audience,
    store,
    clients: new Map(
      Object.entries(options.clients).map(([id, client]) => [id, parseClient(id, client)]),
    ),
    scopesOf,
    auditor: createAuditor(audit, { now }),
    lifetime,
    rotateAfter,
    deadline,
    now,
  }
}

/** The issuer without a slash at its end. */
function checkIssuer(issuer: string, options: PlainHttpOptions): string {
  checkEndpoint('issuer', issuer, allowedHttp(options))
  // RFC 8414 section 2.
  if (/[?#]/.test(issuer)) throw new TypeError('issuer must have no query and no fragment')
  return issuer.replace(/\/$/, '')
}

function checkSignIn({ signIn, audience, issuer }: TokenServiceOptions): readonly Issuer[] {
  const issuers: readonly Issuer[] = 'verifier' in signIn ? [signIn] : signIn
  if (issuers.length === 0) throw new TypeError('signIn must name an issuer')
  if (audience !== undefined) checkAudience('audience', audience)
  const without = issuers.find((one) => audience === undefined && one.audience === undefined)
  if (without)
    throw new TypeError(
      `audience must be given: what the tokens of ${without.issuer} name as their audience`,
    )
  if (issuers.some((one) => one.issuer === issuer))
    throw new TypeError('issuer must be another one than that of signIn')
  return issuers
}

function parseClient(id: string, input: TokenServiceClient): Client {
  const fail = (setting: string, problem: string): never => {
    throw new TypeError(`clients.${id}.${setting} ${problem}`)
  }
  if (!/^[\x21-\x7e]{1,256}$/.test(id))
    throw new TypeError(`clients: "${id}" is no usable client id`)
  checkOptions('tokenService', `clients.${id}`, input, CLIENT, CLIENT_VALUES)
  const { subject, audiences, secret = [], keys = [], statesApprovals = false } = input
  const secrets = secret instanceof Credential ? [secret] : secret
  for (const one of secrets)
    if (!(one instanceof Credential)) fail('secret', 'must be a Credential')
    else if (one.reveal().length < MIN_SECRET_CHARS)
      fail('secret', `must have at least ${MIN_SECRET_CHARS} characters, so that nobody guesses it`)
  if (!keys.every(isPublicKey))
    fail('keys', 'must be public keys: EC (P-256), RSA of 2048 bits or more, or Ed25519')
  if (Object.keys(audiences).length === 0) fail('audiences', 'must name at least one')
  return {
    id,
    subjects: subject === 'sign-in' ? undefined : checkAudience(`clients.${id}.subject`, subject),
    audiences: new Map(
      Object.entries(audiences).map(([audience, scopes]) => {
        const rules = parseScopes(scopes)
        const wrong = [...rules].flat(2).find((scope) => !isScope(scope))
        if (wrong !== undefined)
          fail(`audiences.${audience}`, `has "${wrong}", which is no scope token`)
        return [audience, rules]
      }),
    ),
    secrets,
    keys,
    statesApprovals,
  }
}

function parseScopes(scopes: GrantedScopes): ReadonlyMap<string, readonly string[]> {
  return Array.isArray(scopes)
    ? new Map(scopes.map((scope: string) => [scope, [scope]]))
    : new Map(Object.entries(scopes))
}
