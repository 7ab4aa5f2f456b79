// What a server and its authorization servers say about credentials. Everything here is only a
// claim of a server: the report shows it, and no request follows from it.

import { discoverResource, metadataUrls, parseChallenge, parseMetadataLink } from 'onbehalf/oauth'
import {
  type Answer,
  getDocument,
  stringOf,
  stringsOf,
  type UnknownObject,
  type Way,
} from './ask.ts'
import type { Authorization, InspectedIssuer } from './report.ts'

/** Authorization servers of one resource that are looked at. */
const MAX_ISSUERS = 4

/** The endpoints that are shown, by the names of RFC 8414 without `_endpoint`. */
const ENDPOINTS = ['authorization', 'token', 'registration', 'introspection', 'revocation'] as const

/** Looks at a server's authorization, from its answer to a request without a credential. */
export async function lookAtAuthorization(
  url: string,
  answers: readonly Answer[],
  way: Way,
  progress: (line: string) => void,
): Promise<Authorization> {
  const refusal =
    answers.find(({ status }) => status === 401) ?? answers.find(({ status }) => status === 403)
  progress('reading its protected resource metadata')
  const { origin } = new URL(url)
  // What is on the inspected origin is the operator's choice; anything else is the server's.
  const fetch: typeof globalThis.fetch = (input, init) =>
    new URL(String(input)).origin === origin ? way.direct(input, init) : way.guarded(input, init)
  const challenge = refusal ? challengeOf(refusal) : null
  // The server may answer a POST with 401, and a GET with something else.
  const metadataLink = challenge?.resourceMetadata ?? undefined
  const found = await discoverResource(url, { fetch, signal: way.signal, metadataLink })
  way.signal.throwIfAborted()
  const servers: InspectedIssuer[] = []
  for (const issuer of found.ok ? found.value.authorizationServers.slice(0, MAX_ISSUERS) : []) {
    progress('reading the metadata of an authorization server')
    servers.push(await lookAtIssuer(issuer, { ...way, guarded: fetch }))
  }
  return {
    required: refusal !== undefined,
    challenge,
    resource: found.ok ? found.value : null,
    servers,
  }
}

function challengeOf({ status, headers }: Answer): NonNullable<Authorization['challenge']> {
  const value = headers.get('www-authenticate')
  return {
    status,
    scheme: /^\s*([\w-]{1,40})(?=\s|$)/.exec(value ?? '')?.[1] ?? null,
    scopes: parseChallenge(value).scopes,
    resourceMetadata: parseMetadataLink(value) ?? null,
  }
}

async function lookAtIssuer(issuer: string, way: Way): Promise<InspectedIssuer> {
  for (const url of metadataUrls(issuer)) {
    const document = await getDocument(url, way)
    // With a document about another issuer, an attacker could pass one server off as another
    // (RFC 8414 section 3.3).
    if (document?.issuer === issuer) return issuerOf(issuer, document)
  }
  return issuerOf(issuer, undefined)
}

function issuerOf(issuer: string, document: UnknownObject | undefined): InspectedIssuer {
  const { origin } = new URL(issuer)
  const named = ENDPOINTS.flatMap((name): (readonly [string, string])[] => {
    const url = stringOf(document?.[`${name}_endpoint`])
    return url !== undefined && URL.canParse(url) ? [[name, url]] : []
  })
  const grantTypes = stringsOf(document?.grant_types_supported)
  return {
    issuer,
    found: document !== undefined,
    endpoints: Object.fromEntries(named),
    elsewhere: named.filter(([, url]) => new URL(url).origin !== origin).map(([name]) => name),
    pkce: stringsOf(document?.code_challenge_methods_supported).includes('S256'),
    // Left out, it means these two (RFC 8414 section 2).
    grantTypes:
      document && document.grant_types_supported === undefined
        ? ['authorization_code', 'implicit']
        : grantTypes,
    tokenExchange: grantTypes.includes('urn:ietf:params:oauth:grant-type:token-exchange'),
    identityAssertion: stringsOf(document?.authorization_grant_profiles_supported).includes(
      'urn:ietf:params:oauth:grant-profile:id-jag',
    ),
    dpop: stringsOf(document?.dpop_signing_alg_values_supported),
    clientDocuments: document?.client_id_metadata_document_supported === true,
  }
}
