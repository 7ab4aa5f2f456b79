// An authorization server in this process: rotates refresh tokens, and ends the whole grant when
// one is used twice, as strict servers do. It records everything that it is sent. No test lives
// here.

import { createHash } from 'node:crypto'

/** One request to an endpoint. */
export interface Received {
  readonly path: string
  readonly form: URLSearchParams
  readonly authorization: string | null
  readonly dpop: string | null
  readonly json: unknown
}

export interface TestServer {
  readonly issuer: string
  readonly requests: Received[]
  /** Answers before the server itself does. */
  answer?: ((request: Received) => Response | Promise<Response> | undefined) | undefined
  /** What the metadata has beside or instead of the usual; undefined leaves something out. */
  metadata: Record<string, unknown>
  /** Seconds that access tokens live; undefined: it does not say. */
  life: number | undefined
  rotates: boolean
  /** As if the person had agreed at the authorization endpoint: gives the code. */
  agree(location: URL): string
  /** Whether the grant behind an access token still stands. */
  stands(accessToken: string): boolean
  fetch(url: URL, init: RequestInit): Promise<Response>
}

export function testServer(issuer: string): TestServer {
  const codes = new Map<
    string,
    { readonly challenge: string; readonly redirect: string; readonly resource: string }
  >()
  /** Each refresh token, the grant that it belongs to, and whether it is used up. */
  const refreshTokens = new Map<string, { readonly grant: number; used: boolean }>()
  const accessTokens = new Map<string, number>()
  const ended = new Set<number>()
  let count = 0

  function issue(grant: number, withRefresh: boolean): Response {
    count++
    const access = `access-${new URL(issuer).hostname}-${count}`
    accessTokens.set(access, grant)
    const refresh = `refresh-${new URL(issuer).hostname}-${count}`
    if (withRefresh) refreshTokens.set(refresh, { grant, used: false })
    return Response.json({
      access_token: access,
      token_type: 'Bearer',
      ...(server.life === undefined ? {} : { expires_in: server.life }),
      ...(withRefresh ? { refresh_token: refresh } : {}),
    })
  }

  function token(form: URLSearchParams): Response {
    const refuse = (error: string) =>
      Response.json({ error, error_description: 'secret of the server' }, { status: 400 })
    if (form.get('grant_type') === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      if (code?.challenge !== challenge || code.redirect !== form.get('redirect_uri'))
        return refuse('invalid_grant')
      if (code.resource !== form.get('resource')) return refuse('invalid_target')
      return issue(++count, true)
    }
    const known = refreshTokens.get(form.get('refresh_token') ?? '')
    if (!known || ended.has(known.grant)) return refuse('invalid_grant')
    if (known.used) {
      ended.add(known.grant)
      return refuse('invalid_grant')
    }
    known.used = server.rotates
    return issue(known.grant, server.rotates)
  }

  const server: TestServer = {
    issuer,
    requests: [],
    metadata: {},
    life: 3600,
    rotates: true,
    agree(location) {
      const code = `code-${++count}`
      const one = (name: string) => location.searchParams.get(name) ?? ''
      codes.set(code, {
        challenge: one('code_challenge'),
        redirect: one('redirect_uri'),
        resource: one('resource'),
      })
      return code
    },
    stands: (accessToken) => !ended.has(accessTokens.get(accessToken) ?? -1),
    async fetch(url, init) {
      if (url.pathname.startsWith('/.well-known/')) {
        if (!url.pathname.endsWith('/oauth-authorization-server'))
          return new Response(null, { status: 404 })
        return Response.json({
          issuer,
          authorization_endpoint: `${issuer}/authorize?tenant=1`,
          token_endpoint: `${issuer}/token`,
          revocation_endpoint: `${issuer}/revoke`,
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
          ...server.metadata,
        })
      }
      const form = new URLSearchParams(init.body instanceof URLSearchParams ? init.body : '')
      const json: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
      const received = {
        path: url.pathname,
        form,
        authorization: new Headers(init.headers).get('authorization'),
        dpop: new Headers(init.headers).get('dpop'),
        json,
      }
      server.requests.push(received)
      const own = await server.answer?.(received)
      if (own) return own
      if (url.pathname === '/token') return token(form)
      if (url.pathname === '/revoke') {
        ended.add(refreshTokens.get(form.get('token') ?? '')?.grant ?? -2)
        return new Response(null, { status: 200 })
      }
      return new Response(null, { status: 404 })
    },
  }
  return server
}
