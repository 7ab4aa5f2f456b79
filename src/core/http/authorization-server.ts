// Authorization server metadata (RFC 8414): where a configured issuer has its endpoints. We believe
// a document only about that issuer.

import { granted, type Result, refused } from '../errors.ts'
import { isObject } from '../json.ts'
import { isLoopback } from '../resource.ts'
import { type BoundedOptions, fetchJson } from './bounded-json.ts'
import { type RemoteDocument, remoteDocument } from './remote-document.ts'

/** What onbehalf reads from the metadata. An endpoint that failed a check is left out. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly introspectionEndpoint?: string
  readonly revocationEndpoint?: string
  readonly registrationEndpoint?: string
  readonly jwksUri?: string
  /** It accepts PKCE with S256 (RFC 7636). Absent when the document does not say so. */
  readonly pkce?: true
  /** It names itself in every authorization response (RFC 9207 section 3). */
  readonly namesIssuer?: true
  /** A client's id may be the URL of its metadata json. */
  readonly clientDocuments?: true
}

/** Options of {@link discoverAuthorizationServer}. */
export interface DiscoveryOptions {
  /** The issuer identifier, exactly as its metadata and tokens spell it. */
  readonly issuer: string
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one request may take. Default 5,000. */
  readonly deadline?: number
}

const FRESH_SECONDS = 3600

/** How long an old document serves while the issuer is down. */
const STALE_SECONDS = 3600

const COOLDOWN_SECONDS = 30

/**
 * Finds the metadata of an authorization server, by RFC 8414 section 3 and then by OpenID Connect
 * Discovery 1.0 section 4. It is fetched at the first use, once for concurrent callers, and again
 * when it is an hour old. A failed request is repeated after a second at the earliest.
 *
 * The document's `issuer` must equal the configured one byte for byte. An endpoint is left out
 * unless it has the issuer's own origin: a document that names somebody else's token endpoint is a
 * way to steal client secrets. Where an issuer's endpoints are on another origin, name them in the
 * options of the part that uses them.
 *
 * @throws TypeError when the issuer is not an https URL (plain http for loopback addresses only),
 *   or has a query or a fragment.
 *
 * @example
 * ```ts
 * const metadata = discoverAuthorizationServer({ issuer: 'https://login.example' })
 * const server = await metadata.current()
 * if (server.ok) console.log(server.value.tokenEndpoint)
 * ```
 */
export function discoverAuthorizationServer(
  options: DiscoveryOptions,
): RemoteDocument<AuthorizationServer> {
  const { issuer, fetch = globalThis.fetch, now = Date.now, deadline = 5000 } = options
  checkEndpoint('issuer', issuer)
  if (/[?#]/.test(issuer))
    throw new TypeError('issuer must not have a query or a fragment (RFC 8414 section 2)')
  return remoteDocument({
    load: () => load(issuer, { fetch, deadline }),
    now,
    freshSeconds: FRESH_SECONDS,
    staleSeconds: STALE_SECONDS,
    cooldownSeconds: COOLDOWN_SECONDS,
  })
}

async function load(issuer: string, bounded: BoundedOptions): Promise<Result<AuthorizationServer>> {
  for (const url of metadataUrls(issuer)) {
    const answer = await fetchJson(url, { headers: { accept: 'application/json' } }, bounded)
    if (!answer.ok) return answer
    if (answer.value.status !== 200) continue
    const server = judgeMetadata(answer.value.json, issuer)
    if (server) return granted(server)
  }
  return refused('issuer_unavailable')
}

/**
 * Lists the URLs where the metadata may be: RFC 8414 inserts the well-known part before the
 * issuer's path, OpenID Connect appends it (RFC 8414 section 5).
 */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    ...(path === '' ? [] : [`${origin}/.well-known/openid-configuration${path}`]),
    `${origin}${path}/.well-known/openid-configuration`,
  ]
}

/** Reads a metadata document; undefined when it is about another issuer (RFC 8414 section 3.3). */
export function judgeMetadata(json: unknown, issuer: string): AuthorizationServer | undefined {
  if (!isObject(json) || json.issuer !== issuer) return undefined
  const { origin } = new URL(issuer)
  const own = (value: unknown): string | undefined =>
    typeof value === 'string' && isEndpoint(value) && new URL(value).origin === origin
      ? value
      : undefined
  const authorizationEndpoint = own(json.authorization_endpoint)
  const registrationEndpoint = own(json.registration_endpoint)
  const tokenEndpoint = own(json.token_endpoint)
  const introspectionEndpoint = own(json.introspection_endpoint)
  const revocationEndpoint = own(json.revocation_endpoint)
  const jwksUri = own(json.jwks_uri)
  const methods = json.code_challenge_methods_supported
  return {
    issuer,
    ...(authorizationEndpoint ? { authorizationEndpoint } : {}),
    ...(registrationEndpoint ? { registrationEndpoint } : {}),
    ...(tokenEndpoint ? { tokenEndpoint } : {}),
    ...(introspectionEndpoint ? { introspectionEndpoint } : {}),
    ...(revocationEndpoint ? { revocationEndpoint } : {}),
    ...(jwksUri ? { jwksUri } : {}),
    ...(Array.isArray(methods) && methods.includes('S256') ? { pkce: true } : {}),
    ...(json.authorization_response_iss_parameter_supported === true ? { namesIssuer: true } : {}),
    ...(json.client_id_metadata_document_supported === true ? { clientDocuments: true } : {}),
  }
}

/**
 * Checks an endpoint from the configuration.
 *
 * @throws TypeError that names the setting but not the value, which may contain a secret.
 */
export function checkEndpoint(setting: string, value: string): void {
  if (!isEndpoint(value))
    throw new TypeError(
      `${setting} must be an https URL without user-info (plain http for loopback addresses only)`,
    )
}

function isEndpoint(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}
