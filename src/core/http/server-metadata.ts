// Reads the metadata of an authorization server (RFC 8414 section 2), and tells why an endpoint of it
// cannot be used. Pure.

import { granted, type Result, refused } from '../errors.ts'
import { isObject } from '../json.ts'
import { forOperator } from '../refusal-details.ts'

/** What onbehalf reads from the metadata. An endpoint that failed a check is left out. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly introspectionEndpoint?: string
  readonly userinfoEndpoint?: string
  readonly revocationEndpoint?: string
  readonly registrationEndpoint?: string
  /** Where a person's browser ends their session (OpenID Connect RP-Initiated Logout 1.0). */
  readonly endSessionEndpoint?: string
  readonly jwksUri?: string
  /**
   * Endpoints that the document names and that are not used, because they are not on the issuer's
   * own origin: what the document says, by the member's name.
   */
  readonly elsewhere?: Readonly<Record<string, string>>
  /** It accepts PKCE with S256 (RFC 7636). Absent when the document does not say so. */
  readonly pkce?: true
  /** It names itself in every authorization response (RFC 9207 section 3). */
  readonly namesIssuer?: true
  /** A client's id may be the URL of its metadata json. */
  readonly clientDocuments?: true
  /** It gives refresh tokens for the scope `offline_access`. */
  readonly offlineAccess?: true
  /** It binds tokens to keys of this client's kind, ES256 (RFC 9449 section 5.1). */
  readonly dpop?: true
  /** How clients may authenticate at the token endpoint. Absent when it does not say. */
  readonly clientAuthentication?: readonly string[]
}

/** A member of the document that names an endpoint (RFC 8414 section 2). */
type EndpointMember =
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'introspection_endpoint'
  | 'userinfo_endpoint'
  | 'revocation_endpoint'
  | 'registration_endpoint'
  | 'end_session_endpoint'
  | 'jwks_uri'

const ENDPOINTS = {
  authorization_endpoint: 'authorizationEndpoint',
  token_endpoint: 'tokenEndpoint',
  introspection_endpoint: 'introspectionEndpoint',
  userinfo_endpoint: 'userinfoEndpoint',
  revocation_endpoint: 'revocationEndpoint',
  registration_endpoint: 'registrationEndpoint',
  end_session_endpoint: 'endSessionEndpoint',
  jwks_uri: 'jwksUri',
} as const satisfies Readonly<Record<EndpointMember, keyof AuthorizationServer>>

/** Reads a metadata document; undefined when it is about another issuer (RFC 8414 section 3.3). */
export function judgeMetadata(json: unknown, issuer: string): AuthorizationServer | undefined {
  if (!isObject(json) || json.issuer !== issuer) return undefined
  const { origin } = new URL(issuer)
  const own: [string, string][] = []
  const elsewhere: [string, string][] = []
  for (const [member, name] of Object.entries(ENDPOINTS)) {
    const value = json[member]
    if (typeof value !== 'string') continue
    if (isAt(origin, value)) own.push([name, value])
    else elsewhere.push([member, forOperator(value) ?? ''])
  }
  const has = (member: string, value: string): boolean => textsOf(json[member]).includes(value)
  const methods = textsOf(json.token_endpoint_auth_methods_supported)
  return {
    issuer,
    ...Object.fromEntries(own),
    ...(elsewhere.length > 0 ? { elsewhere: Object.fromEntries(elsewhere) } : {}),
    ...(has('code_challenge_methods_supported', 'S256') ? { pkce: true } : {}),
    ...(json.authorization_response_iss_parameter_supported === true ? { namesIssuer: true } : {}),
    ...(json.client_id_metadata_document_supported === true ? { clientDocuments: true } : {}),
    ...(has('scopes_supported', 'offline_access') ? { offlineAccess: true } : {}),
    ...(has('dpop_signing_alg_values_supported', 'ES256') ? { dpop: true } : {}),
    ...(methods.length > 0 ? { clientAuthentication: methods } : {}),
  }
}

/** Whether a text is a URL at the issuer's own origin, whose scheme was checked with the issuer. */
function isAt(origin: string, value: string): boolean {
  const url = URL.parse(value)
  return url?.origin === origin && url.username === '' && url.password === '' && url.hash === ''
}

/** More entries of a list are not read. */
const MAX_ENTRIES = 200

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.slice(0, MAX_ENTRIES).filter((entry) => typeof entry === 'string')
    : []
}

/**
 * Gives an endpoint of the metadata.
 *
 * @param setting The setting that names the endpoint in place of the metadata.
 * @returns The endpoint; `endpoint_elsewhere` when the document names one on another origin;
 *   `endpoint_missing` when it names none. Both tell the operator the setting.
 */
export function endpointOf(
  server: AuthorizationServer,
  member: EndpointMember,
  setting: string,
): Result<string> {
  const endpoint = server[ENDPOINTS[member]]
  if (endpoint !== undefined) return granted(endpoint)
  const found = server.elsewhere?.[member]
  const { origin } = new URL(server.issuer)
  return found === undefined
    ? refused('endpoint_missing', { claim: member, expected: `the setting ${setting}` })
    : refused('endpoint_elsewhere', {
        claim: member,
        expected: `an endpoint on ${origin}, or the setting ${setting}`,
        found,
      })
}
