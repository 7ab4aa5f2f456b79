// The authorization server that conformance brings: it gives tokens of every kind, good and bad, and
// exchanges those that it gave for any client. Never let anything but a test trust it.

import { generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Arrival, type Listener, listen } from '../../leaktest/house/listen.ts'

/** What a token says. */
export interface TokenSpec {
  readonly subject: string
  readonly audience: string
  readonly scope: string
  /** Seconds that it lives; below 0 it has expired. Default 600. */
  readonly seconds?: number
  /** What it says of its issuer. Default: this one. */
  readonly issuer?: string
  /** What it is signed with. `other` is a key that is not published, under the id of the one that is. */
  readonly key?: 'own' | 'other'
}

/** A running issuer. */
export interface Issuer extends Listener {
  token(spec: TokenSpec): string
}

const KEY_ID = 'conformance'
const LIFE_SECONDS = 600
/** ES256 takes both halves of the signature as they are (RFC 7518 section 3.4). */
const AS_JWS = 'ieee-p1363'

/** Signs, and reads what it has signed. */
interface Signer {
  token(issuer: string, spec: TokenSpec, more?: object): string
  /** The claims of a token that was given out here. */
  claimsOf(text: string): { readonly sub: string; readonly scope: string } | undefined
  readonly jwk: object
}

/** Starts one on a port of loopback. */
export async function startIssuer(port: number): Promise<Issuer> {
  const signer = createSigner()
  let origin = ''
  const listener = await listen((arrival, response) => {
    const { pathname } = new URL(arrival.target, origin)
    if (/^\/\.well-known\/(?:oauth-authorization-server|openid-configuration)$/.test(pathname))
      tell(response, 200, metadata(origin))
    else if (pathname === '/jwks') tell(response, 200, { keys: [signer.jwk] })
    else {
      const given = pathname === '/token' ? exchange(origin, formIn(arrival), signer) : undefined
      tell(response, given ? 200 : 400, given ?? { error: 'invalid_grant' })
    }
  }, port)
  origin = listener.origin
  return { ...listener, token: (spec) => signer.token(origin, spec) }
}

function createSigner(): Signer {
  const keys = { own: keyPair(), other: keyPair() }
  const jwk = { ...keys.own.publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES256' }
  return {
    jwk: { ...jwk, use: 'sig' },
    token(origin, { seconds = LIFE_SECONDS, issuer: iss = origin, key = 'own', ...spec }, more) {
      const now = Math.floor(Date.now() / 1000)
      const claims = {
        iss,
        sub: spec.subject,
        aud: spec.audience,
        scope: spec.scope,
        client_id: 'conformance',
        jti: randomUUID(),
        iat: now + Math.min(0, seconds) - 60,
        exp: now + seconds,
        ...more,
      }
      const text = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: KEY_ID })}.${encoded(claims)}`
      const signingKey = { key: keys[key].privateKey, dsaEncoding: AS_JWS } as const
      return `${text}.${sign('sha256', Buffer.from(text), signingKey).toString('base64url')}`
    },
    claimsOf(text) {
      const [header = '', claims = '', signature = ''] = text.split('.')
      const key = { key: keys.own.publicKey, dsaEncoding: AS_JWS } as const
      const given = Buffer.from(signature, 'base64url')
      return verify('sha256', Buffer.from(`${header}.${claims}`), key, given)
        ? JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))
        : undefined
    },
  }
}

/** RFC 8693, for any client: a token of the same person for whatever is named. */
function exchange(origin: string, form: URLSearchParams, signer: Signer): object | undefined {
  const subject = signer.claimsOf(form.get('subject_token') ?? '')
  if (!subject) return undefined
  const audience = form.get('resource') ?? form.get('audience') ?? ''
  const scope = form.get('scope') ?? subject.scope
  const act = { sub: form.get('client_id') ?? 'gateway' }
  return {
    access_token: signer.token(origin, { subject: subject.sub, audience, scope }, { act }),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: LIFE_SECONDS,
    scope,
  }
}

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const formIn = ({ body }: Arrival) => new URLSearchParams(body.toString('utf8'))

function tell(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    code_challenge_methods_supported: ['S256'],
    grant_types_supported: [
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  }
}
