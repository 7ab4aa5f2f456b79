// The grants of leaktest's authorization server: what its token endpoint gives for what it is asked
// with. It takes any client; what it gives is a planted secret.

import { createHash } from 'node:crypto'
import { type Claims, LIFE_SECONDS, type Tokens } from './issuer-tokens.ts'

/** A secret that was given out or sent in. */
export interface Planted {
  readonly kind: string
  readonly owner?: string
  readonly text: string
  /** What a token is for. */
  readonly resource?: string
}

/** What a code or a refresh token stands for. */
export interface Grant {
  readonly sub: string
  readonly resource: string
  readonly scope: string
  readonly client: string
  /** Of a code: the S256 challenge of its verifier (RFC 7636), and where it was sent. */
  readonly challenge?: string
  readonly redirectUri?: string
}

/** What the grants share. */
export interface Desk {
  readonly issuer: string
  readonly tokens: Tokens
  /** A marked text that is new with each call, and the same in each run. */
  readonly mark: (kind: string, sub: string, resource: string) => string
  readonly planted: (secret: Planted) => void
  /** Codes and refresh tokens that were not used yet. */
  readonly grants: Map<string, Grant>
}

/** Answers a token request of a client; undefined for what it does not give. */
export function answerGrant(desk: Desk, client: string, form: URLSearchParams): object | undefined {
  switch (form.get('grant_type')) {
    case 'urn:ietf:params:oauth:grant-type:token-exchange':
      return exchange(desk, client, form)
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return redeemAssertion(desk, client, form)
    case 'client_credentials':
      return asIssued(desk, { ...target(form), sub: client, client_id: client })
    case 'authorization_code':
      return redeemCode(desk, form)
    case 'refresh_token':
      return withRefreshToken(desk, take(desk, form.get('refresh_token')))
    default:
      return undefined
  }
}

const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** RFC 8693: a token for the resource, with the client as actor; or an assertion to another issuer. */
function exchange(desk: Desk, client: string, form: URLSearchParams): object | undefined {
  const subject = desk.tokens.verify(form.get('subject_token') ?? '', 'at+jwt')
  if (!subject) return undefined
  const { sub, scope } = subject
  const asked = { scope: form.get('scope') ?? scope, client_id: client, sub }
  if (form.get('requested_token_type') === ID_JAG) {
    const resource = form.get('resource') ?? ''
    const claims = { ...asked, aud: form.get('audience') ?? '', resource }
    const text = desk.tokens.sign(
      'oauth-id-jag+jwt',
      desk.mark('identity assertion', sub, resource),
      claims,
    )
    desk.planted({ kind: 'identity assertion', owner: sub, text, resource })
    return { ...answer(text, asked.scope), issued_token_type: ID_JAG, token_type: 'N_A' }
  }
  const act = { sub: client, ...(subject.act ? { act: subject.act } : {}) }
  return {
    ...asIssued(desk, { ...asked, aud: target(form).aud, act }, sub),
    issued_token_type: ACCESS_TOKEN,
  }
}

function redeemAssertion(desk: Desk, client: string, form: URLSearchParams): object | undefined {
  const claims = desk.tokens.verify(form.get('assertion') ?? '', 'oauth-id-jag+jwt')
  if (claims?.aud !== desk.issuer || claims.resource === undefined) return undefined
  const { sub, scope, resource } = claims
  return asIssued(desk, { sub, scope, aud: resource, client_id: client, act: { sub: client } }, sub)
}

function redeemCode(desk: Desk, form: URLSearchParams): object | undefined {
  const grant = take(desk, form.get('code'))
  const verifier = form.get('code_verifier') ?? ''
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  if (grant?.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri'))
    return undefined
  desk.planted({ kind: 'PKCE verifier', owner: grant.sub, text: verifier })
  return withRefreshToken(desk, grant)
}

/** An access token with a fresh refresh token. An older one is good no more. */
function withRefreshToken(desk: Desk, grant: Grant | undefined): object | undefined {
  if (!grant) return undefined
  const { sub, resource, scope, client } = grant
  const text = desk.mark('refresh token', sub, resource)
  desk.grants.set(text, { sub, resource, scope, client })
  desk.planted({ kind: 'refresh token', owner: sub, text, resource })
  return {
    ...asIssued(desk, { sub, scope, aud: resource, client_id: client }, sub),
    refresh_token: text,
  }
}

/** Codes and refresh tokens are used once. */
function take(desk: Desk, text: string | null): Grant | undefined {
  const grant = desk.grants.get(text ?? '')
  desk.grants.delete(text ?? '')
  return grant
}

function target(form: URLSearchParams): { readonly aud: string; readonly scope: string } {
  return {
    aud: form.get('resource') ?? form.get('audience') ?? '',
    scope: form.get('scope') ?? '',
  }
}

/** An access token. `owner` is the person; without one it is the client's own. */
function asIssued(desk: Desk, claims: Claims, owner?: string): object {
  const { sub, aud, scope } = claims
  const kind = `access token for ${aud}`
  const text = desk.tokens.sign('at+jwt', desk.mark(kind, sub, aud), claims)
  desk.planted({ kind, ...(owner === undefined ? {} : { owner }), text, resource: aud })
  return { ...answer(text, scope), token_type: 'Bearer' }
}

function answer(access_token: string, scope: string): object {
  return { access_token, expires_in: LIFE_SECONDS, scope }
}
