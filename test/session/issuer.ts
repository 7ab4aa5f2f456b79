// An issuer in this process: it signs people in, rotates refresh tokens, and ends the whole grant when
// one is used twice, as strict issuers do. Its keys and signatures are real. No test lives here.

import { createHash } from 'node:crypto'
import { SignJWT } from 'jose'
import { type SigningKey, signingKey } from '../jwt/issuer.ts'

export const ISSUER = 'https://login.example'
export const CHAT = 'https://app.example/chat'

/** One request to an endpoint of the issuer. */
export interface Asked {
  readonly path: string
  readonly form: URLSearchParams
}

export interface SessionIssuer {
  readonly fetch: typeof globalThis.fetch
  readonly asked: Asked[]
  /** Seconds that access tokens live. */
  life: number
  /** Members of the metadata beside the usual ones; undefined leaves one out. */
  metadata: Record<string, unknown>
  /** Claims of ID tokens in place of the right ones. */
  idClaims: Record<string, unknown>
  /** The subject of access tokens, when it is not the person's. */
  accessSubject: string | undefined
  /** Called before a token request is answered; what it gives is the answer. */
  before: (asked: Asked) => Promise<Response | undefined>
  /** As if a person had signed in there: gives the parameters of the answer. */
  agree(location: URL, subject?: string): Record<string, string>
  /** The refreshes that were answered with tokens. */
  refreshes(): number
  /** Ends every grant of a person, as an administrator may. */
  revoke(subject: string): void
  logoutToken(claims: Record<string, unknown>): Promise<string>
}

interface Grant {
  readonly subject: string
  readonly sid: string
  ended: boolean
}

/** Makes an issuer. Its identifier is where it would listen. */
export async function sessionIssuer(now: () => number, url = ISSUER): Promise<SessionIssuer> {
  const key: SigningKey = await signingKey('k1')
  const codes = new Map<string, { readonly grant: Grant; readonly at: URL }>()
  const refreshTokens = new Map<string, { readonly grant: Grant; used: boolean }>()
  const grants: Grant[] = []
  let count = 0
  let refreshed = 0

  const seconds = () => Math.floor(now() / 1000)
  const sign = (typ: string, claims: Record<string, unknown>) =>
    new SignJWT({ iss: url, iat: seconds(), exp: seconds() + made.life, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ })
      .sign(key.privateKey)

  async function issue(grant: Grant, nonce?: string | null): Promise<Response> {
    const { subject: sub, sid } = grant
    const refresh = `refresh-of-${sub}-${++count}`
    refreshTokens.set(refresh, { grant, used: false })
    return Response.json({
      access_token: await sign('at+jwt', {
        sub: made.accessSubject ?? sub,
        sid,
        aud: CHAT,
        jti: `at-${++count}`,
        client_id: 'app',
        scope: 'chat',
      }),
      token_type: 'Bearer',
      expires_in: made.life,
      refresh_token: refresh,
      id_token: await sign('JWT', {
        sub,
        sid,
        aud: 'app',
        name: `Person ${sub}`,
        ...(nonce ? { nonce } : {}),
        ...made.idClaims,
      }),
    })
  }

  const refuse = (error: string) => Response.json({ error }, { status: 400 })

  async function token(form: URLSearchParams): Promise<Response> {
    if (form.get('grant_type') === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const verifier = form.get('code_verifier') ?? ''
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      const asked = code?.at.searchParams
      if (!code || asked?.get('code_challenge') !== challenge) return refuse('invalid_grant')
      if (asked.get('redirect_uri') !== form.get('redirect_uri')) return refuse('invalid_grant')
      return issue(code.grant, asked.get('nonce'))
    }
    const known = refreshTokens.get(form.get('refresh_token') ?? '')
    if (!known || known.grant.ended) return refuse('invalid_grant')
    if (known.used) {
      known.grant.ended = true
      return refuse('invalid_grant')
    }
    known.used = true
    refreshed++
    return issue(known.grant)
  }

  const made: SessionIssuer = {
    asked: [],
    life: 300,
    metadata: {},
    idClaims: {},
    accessSubject: undefined,
    before: async () => undefined,
    agree(location, subject = 'alice') {
      const grant = { subject, sid: `sid-${++count}`, ended: false }
      grants.push(grant)
      const code = `code-${++count}`
      codes.set(code, { grant, at: location })
      return { code, state: location.searchParams.get('state') ?? '', iss: url }
    },
    refreshes: () => refreshed,
    revoke(subject) {
      for (const grant of grants) if (grant.subject === subject) grant.ended = true
    },
    logoutToken: (claims) =>
      sign('logout+jwt', {
        aud: 'app',
        jti: `logout-${++count}`,
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        ...claims,
      }),
    async fetch(input, init = {}) {
      const { origin, pathname: path } = new URL(String(input))
      if (origin !== url) throw new Error(`nobody is at ${origin}`)
      if (path.startsWith('/.well-known/')) return Response.json(metadata(url, made))
      if (path === '/jwks') return Response.json({ keys: [key.publicJwk] })
      const form = new URLSearchParams(init.body instanceof URLSearchParams ? init.body : '')
      const asked = { path, form }
      made.asked.push(asked)
      const own = await made.before(asked)
      if (own) return own
      if (path === '/token') return token(form)
      if (path === '/revoke') {
        const known = refreshTokens.get(form.get('token') ?? '')
        if (known) known.grant.ended = true
        return new Response(null, { status: 200 })
      }
      return new Response(null, { status: 404 })
    },
  }
  return made
}

function metadata(url: string, { metadata }: SessionIssuer): Record<string, unknown> {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    revocation_endpoint: `${url}/revoke`,
    end_session_endpoint: `${url}/end-session`,
    jwks_uri: `${url}/jwks`,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    scopes_supported: ['openid', 'offline_access'],
    ...metadata,
  }
}
