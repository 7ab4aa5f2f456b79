// leaktest's authorization server: it signs people in without asking, and gives tokens for any
// target to any client. Everything that it gives, and every client secret that it is sent, is
// planted. Never let it be asked by anything but a test.

import { answerGrant, type Desk, type Planted } from './issuer-grants.ts'
import { createTokens } from './issuer-tokens.ts'

/** Options of {@link createIssuer}. */
export interface IssuerOptions {
  /** The issuer identifier: `http://127.0.0.1:PORT`, without a path. */
  readonly url: string
  /**
   * Makes a marked text for a label: base64url, 43 characters or more. It is the same in each run
   * with the same seed and the same secrets.
   */
  readonly mark: (label: string) => string
  /** Seconds since the epoch, the same in all runs. Tokens live from then on. */
  readonly now: number
  /** Gets every secret that was given out, and every client's secret that was sent. */
  readonly planted: (secret: Planted) => void
}

/** A running issuer. */
export interface Issuer {
  /** Answers every request to its origin. */
  readonly fetch: (request: Request) => Promise<Response>
  /** A person's access token for the chat endpoint. */
  token(person: {
    readonly subject: string
    readonly audience: string
    readonly scope: string
  }): string
}

/** Makes an issuer. It opens no port. */
export function createIssuer({ url, mark, now, planted }: IssuerOptions): Issuer {
  const tokens = createTokens(url, now, mark('issuer key'))
  const counts = new Map<string, number>()
  const desk: Desk = {
    issuer: url,
    tokens,
    planted,
    grants: new Map(),
    mark(kind, sub, resource) {
      // A counter for each: requests of a run may come in any order.
      const label = `${kind} ${sub} ${resource}`
      const count = (counts.get(label) ?? 0) + 1
      counts.set(label, count)
      return mark(`${label} ${count}`)
    },
  }
  return {
    fetch: (request) => route(request, desk),
    token({ subject: sub, audience: aud, scope }) {
      const id = desk.mark('chat token', sub, aud)
      const text = tokens.sign('at+jwt', id, { sub, aud, scope, client_id: 'page' })
      planted({ kind: 'chat token', owner: sub, text, resource: aud })
      return text
    },
  }
}

async function route(request: Request, desk: Desk): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  switch (`${request.method} ${pathname}`) {
    case 'GET /.well-known/oauth-authorization-server':
    case 'GET /.well-known/openid-configuration':
      return Response.json(metadata(desk.issuer))
    case 'GET /jwks':
      return Response.json({ keys: [desk.tokens.jwk] })
    case 'GET /authorize':
      return authorize(searchParams, desk)
    case 'POST /token':
      return giveToken(request, desk)
    case 'POST /introspect':
      return introspect(await read(request, desk), desk)
    case 'POST /revoke':
      desk.grants.delete((await read(request, desk)).form.get('token') ?? '')
      return new Response(null, { status: 200 })
    default:
      return new Response(null, { status: 404 })
  }
}

function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    introspection_endpoint: `${issuer}/introspect`,
    revocation_endpoint: `${issuer}/revoke`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['EdDSA'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ],
  }
}

/** The person of `login_hint` consents at once. */
function authorize(asked: URLSearchParams, desk: Desk): Response {
  const redirectUri = asked.get('redirect_uri') ?? ''
  if (!URL.canParse(redirectUri)) return new Response(null, { status: 400 })
  const sub = asked.get('login_hint') ?? 'nobody'
  const resource = asked.get('resource') ?? ''
  const code = desk.mark('authorization code', sub, resource)
  desk.grants.set(code, {
    sub,
    resource,
    scope: asked.get('scope') ?? '',
    client: asked.get('client_id') ?? '',
    challenge: asked.get('code_challenge') ?? '',
    redirectUri,
  })
  desk.planted({ kind: 'authorization code', owner: sub, text: code, resource })
  const state = asked.get('state')
  const back = new URL(redirectUri)
  back.searchParams.set('code', code)
  back.searchParams.set('iss', desk.issuer)
  if (state !== null) {
    back.searchParams.set('state', state)
    desk.planted({ kind: 'state', owner: sub, text: state })
  }
  return new Response(null, { status: 302, headers: { location: back.href } })
}

async function giveToken(request: Request, desk: Desk): Promise<Response> {
  const { form, client } = await read(request, desk)
  const given = answerGrant(desk, client, form)
  const headers = { 'cache-control': 'no-store' }
  return given
    ? Response.json(given, { headers })
    : Response.json({ error: 'invalid_grant' }, { status: 400, headers })
}

/** A form, and the client that it is from. */
interface Read {
  readonly form: URLSearchParams
  readonly client: string
}

async function read(request: Request, desk: Desk): Promise<Read> {
  const form = new URLSearchParams(await request.text())
  return { form, client: clientOf(request, form, desk) }
}

/** Who the client says that it is. Any proof is taken, and planted. */
function clientOf(request: Request, form: URLSearchParams, { planted }: Desk): string {
  const basic = /^Basic (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const [id, sent] =
    basic === undefined
      ? [form.get('client_id'), form.get('client_secret')]
      : Buffer.from(basic, 'base64').toString('utf8').split(':', 2).map(formDecoded)
  if (sent) planted({ kind: 'client secret', text: sent })
  const assertion = form.get('client_assertion')
  if (assertion) planted({ kind: 'client assertion', text: assertion })
  return id || 'client'
}

/** RFC 6749 section 2.3.1: both halves are encoded like a form. */
function formDecoded(text: string): string {
  return new URLSearchParams(`x=${text}`).get('x') ?? ''
}

function introspect({ form }: Read, desk: Desk): Response {
  const claims = desk.tokens.verify(form.get('token') ?? '', 'at+jwt')
  return Response.json(
    claims ? { ...claims, active: true, token_type: 'Bearer' } : { active: false },
  )
}
