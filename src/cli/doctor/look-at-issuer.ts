// Looks for the metadata of an issuer (RFC 8414, OpenID Connect Discovery 1.0), in the spellings that
// the operator and the token have.

import { metadataUrls } from 'onbehalf/oauth'
import { stringOf, stringsOf, type UnknownObject } from '../inspect/ask.ts'
import type { IssuerMetadata } from './report.ts'
import { type Difference, differenceOf } from './spelling.ts'
import { lookAtPlace, type Place, type Way } from './way.ts'

/** An issuer that was looked at. */
export interface LookedAtIssuer {
  readonly places: readonly Place[]
  /** The document, and the issuer that it was found by. */
  readonly found: FoundDocument | undefined
  /** Nobody answered anywhere: it may be there. */
  readonly down: boolean
}

/** A metadata document. */
export interface FoundDocument {
  readonly asked: string
  /** Its `issuer`. */
  readonly issuer: string
  /** How that differs from the issuer that the operator named. */
  readonly difference: Difference
  readonly metadata: IssuerMetadata
}

/** The endpoints that are shown, by the names of RFC 8414 without `_endpoint`. */
const ENDPOINTS = [
  'authorization',
  'token',
  'userinfo',
  'introspection',
  'revocation',
  'registration',
] as const

/**
 * Looks at an issuer.
 *
 * @param given As the operator spelled it.
 * @param inToken As the token spells it, where there is one.
 */
export async function lookAtIssuer(
  given: string,
  inToken: string | null,
  way: Way,
): Promise<LookedAtIssuer> {
  const places: Place[] = []
  const spellings = spellingsOf(given, inToken)
  for (const issuer of spellings) {
    for (const url of metadataUrls(issuer)) {
      if (places.some((place) => place.url === url)) continue
      way.progress('reading the metadata of the issuer')
      const place = await lookAtPlace(url, way)
      places.push(place)
      const named = stringOf(place.document?.issuer)
      if (!place.document || named === undefined) continue
      const difference = differenceOf(given, named)
      const found = { asked: issuer, issuer: named, difference }
      const metadata = metadataOf(place.document, named)
      return { places, found: { ...found, metadata }, down: false }
    }
  }
  return { places, found: undefined, down: places.every((place) => place.down) }
}

/** The issuers to ask, the operator's own first. */
function spellingsOf(given: string, inToken: string | null): readonly string[] {
  const path = new URL(given).pathname
  const lower = path === path.toLowerCase() ? [] : [given.replace(path, path.toLowerCase())]
  const token = inToken !== null && isWebIssuer(inToken) ? [inToken] : []
  return [...new Set([given, ...token, ...lower])]
}

function isWebIssuer(issuer: string): boolean {
  const url = URL.parse(issuer)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === ''
}

function metadataOf(document: UnknownObject, issuer: string): IssuerMetadata {
  const origin = URL.parse(issuer)?.origin
  const members = [
    ...ENDPOINTS.map((name) => [name, document[`${name}_endpoint`]] as const),
    ['jwks', document.jwks_uri] as const,
  ]
  const named = members.flatMap(([name, value]) => {
    const url = URL.parse(stringOf(value) ?? '')
    return url ? [[name, url] as const] : []
  })
  const grants = document.grant_types_supported
  const grantTypes = stringsOf(grants)
  return {
    // Without user-info and query: they may hold what is nobody else's business.
    endpoints: Object.fromEntries(
      named.map(([name, { origin: host, pathname }]) => [name, `${host}${pathname}`]),
    ),
    elsewhere: named.filter(([, url]) => url.origin !== origin).map(([name]) => name),
    grantTypes,
    tokenExchange: Array.isArray(grants)
      ? grantTypes.includes('urn:ietf:params:oauth:grant-type:token-exchange')
      : null,
    pkce: stringsOf(document.code_challenge_methods_supported).includes('S256'),
  }
}
