// Authorization server metadata (RFC 8414): where a configured issuer has its endpoints. A document is believed only about that issuer.

import { granted, type Result, refused } from '../errors.ts'
import { isLoopback } from '../resource.ts'
import { type BoundedOptions, fetchJson } from './bounded-json.ts'
import { type RemoteDocument, remoteDocument } from './remote-document.ts'

/** What onbehalf reads of the metadata. An endpoint that failed a check is left out. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly introspectionEndpoint?: string
  readonly revocationEndpoint?: string
  readonly registrationEndpoint?: string
  readonly jwksUri?: string
  /** Whether it takes PKCE with S256 (RFC 7636); a document that does not say so says no. */
  readonly pkce?: true
  /** Whether it names itself in every authorization response (RFC 9207 section 3). */
  readonly namesIssuer?: true
  /** Whether a client may be known by the URL of its metadata document. */
  readonly clientDocuments?: true
}

/** Options of {@link discoverAuthorizationServer}. */
export interface DiscoveryOptions {
  /** The issuer identifier, exactly as its metadata and tokens spell it. */
  readonly issuer: string
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one request may take. Default 5,000. */
  readonly deadline?: number
}

/** Seconds for which a document is fresh; after it, it is asked for again. */
const FRESH = 3600

/** Seconds for which an old document serves while the issuer cannot be reached. */
const STALE = 3600

/**
 * Finds the metadata of an authorization server: by RFC 8414 section 3, then by OpenID Connect Discovery 1.0 section 4. Fetched at the
 * first use, once for concurrent callers, and again when it is an hour old; a failure is retried after a second.
 *
 * The document's `issuer` must equal the configured one byte for byte, and an endpoint is left out unless it has the issuer's own origin: a
 * document that names somebody else's token endpoint is how client secrets are stolen. An issuer whose endpoints live elsewhere is served by
 * naming those endpoints in the options of the part that uses them.
 *
 * @throws TypeError when the issuer is not an https URL (plain http for loopback addresses only), or has a query or fragment.
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
    fresh: FRESH,
    stale: STALE,
    cooldown: 30,
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

/** Where the metadata may be: RFC 8414 inserts the well-known part before the issuer's path, OpenID Connect appends it (RFC 8414 section 5). */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    ...(path === '' ? [] : [`${origin}/.well-known/openid-configuration${path}`]),
    `${origin}${path}/.well-known/openid-configuration`,
  ]
}

/** Judges a metadata document; undefined when it is not about this issuer (RFC 8414 section 3.3). */
export function judgeMetadata(json: unknown, issuer: string): AuthorizationServer | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const document = json as Record<string, unknown>
  if (document.issuer !== issuer) return undefined
  const { origin } = new URL(issuer)
  const own = (value: unknown): string | undefined =>
    typeof value === 'string' && isEndpoint(value) && new URL(value).origin === origin
      ? value
      : undefined
  const authorizationEndpoint = own(document.authorization_endpoint)
  const registrationEndpoint = own(document.registration_endpoint)
  const tokenEndpoint = own(document.token_endpoint)
  const introspectionEndpoint = own(document.introspection_endpoint)
  const revocationEndpoint = own(document.revocation_endpoint)
  const jwksUri = own(document.jwks_uri)
  const methods = document.code_challenge_methods_supported
  return {
    issuer,
    ...(authorizationEndpoint ? { authorizationEndpoint } : {}),
    ...(registrationEndpoint ? { registrationEndpoint } : {}),
    ...(tokenEndpoint ? { tokenEndpoint } : {}),
    ...(introspectionEndpoint ? { introspectionEndpoint } : {}),
    ...(revocationEndpoint ? { revocationEndpoint } : {}),
    ...(jwksUri ? { jwksUri } : {}),
    ...(Array.isArray(methods) && methods.includes('S256') ? { pkce: true } : {}),
    ...(document.authorization_response_iss_parameter_supported === true
      ? { namesIssuer: true }
      : {}),
    ...(document.client_id_metadata_document_supported === true ? { clientDocuments: true } : {}),
  }
}

/**
 * Checks a configured endpoint.
 *
 * @throws TypeError that names the setting, not its value.
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
