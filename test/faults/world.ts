// The world outside the app, which outlives its crashes: an authorization server with real keys, an
// MCP server over the real kit, and the API behind it, which writes down every call that it carried
// out. They talk through one network function, in which a fault can be put at any request.

import { exportJWK, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { Credential } from 'onbehalf'
import { clientSecretBasic } from 'onbehalf/oauth'
import { z } from 'zod'
import { tasksServer } from './tasks-server.ts'

export const ISSUER = 'https://login.example'
export const CHAT = 'https://app.example/chat'
export const MCP = 'https://tasks.example/mcp'
export const API = 'https://api.example/tasks'

/** Seconds that an access token lives. */
const LIFE_SECONDS = 300
/** A token for the chat outlives the clocks that a schedule moves. */
const CHAT_LIFE_SECONDS = 10_000

/**
 * Milliseconds that anybody waits for an answer. Only where a fault hangs is that short, as it takes
 * so long: a busy machine must not add faults of its own.
 */
export const WAIT_MS = 20_000
export const SHORT_WAIT_MS = 1000

/** One call that the API carried out. */
export interface Call {
  readonly subject: string
  readonly task: number
}

/** A request as it goes over the network, with its number since the fault schedule began. */
export interface Passing {
  readonly number: number
  readonly request: Request
  /** What it is for: `exchange`, `refresh`, `metadata`, `keys`, `mcp` and its method, or `api`. */
  readonly purpose: string
}

/** Puts a fault in the place of a request, or lets it go. */
export type Interference = (passing: Passing, go: () => Promise<Response>) => Promise<Response>

/** The world. */
export interface World {
  readonly network: typeof globalThis.fetch
  /** Every call that was carried out. */
  readonly calls: Call[]
  /** Every secret that was given to anybody, with what it is. */
  readonly secrets: { readonly kind: string; readonly text: string }[]
  readonly clientSecret: Credential
  /** Milliseconds since the epoch, in the whole world. */
  now(): number
  /** Lets time pass, in the whole world. */
  pass(milliseconds: number): void
  /**
   * Puts a fault into the requests that follow; undefined: none. Counting starts anew.
   *
   * @param hangs Whether somebody waits in vain because of it.
   */
  interfere(fault: Interference | undefined, hangs?: boolean): void
  /** Requests since `interfere` was called. */
  requests(): number
  /** A person's token for the chat. */
  chatToken(subject: string): Promise<string>
  /** As if the person had agreed: the code for their account. */
  code(): string
  /** Whether the grant behind an account's token stands. */
  stands(accessToken: string): boolean
  /** Refreshes that were answered with new tokens, and those that brought a used refresh token. */
  readonly refreshes: { granted: number; reused: number }
  /** The refresh tokens that were given out, oldest first. */
  readonly refreshTokens: string[]
  /** The authorization server signs with another key from now on, and forgets the old one. */
  rotateSigningKey(): Promise<void>
  /** Resolves when no request is under way. */
  idle(): Promise<void>
}

interface Grant {
  readonly subject: string
  current: string
  ended: boolean
}

/** Makes a world. */
export async function makeWorld(onCall: (call: Call) => void = () => {}): Promise<World> {
  const calls: Call[] = []
  const secrets: { kind: string; text: string }[] = []
  let signing = await signingKey()
  const clientSecret = secret('client secret')
  const grants = new Map<string, Grant>()
  const accessTokens = new Map<string, Grant>()
  const refreshes = { granted: 0, reused: 0 }
  const refreshTokens: string[] = []
  let fault: Interference | undefined
  let isHasty = false
  let passed = 0
  let underWay = 0
  let offsetMs = 0
  const now = () => Date.now() + offsetMs

  function secret(kind: string): Credential {
    const text = `${crypto.randomUUID()}${crypto.randomUUID()}`.replaceAll('-', '')
    secrets.push({ kind, text })
    return new Credential(text)
  }

  async function mint(kind: string, claims: JWTPayload): Promise<string> {
    const seconds = Math.floor(now() / 1000)
    const text = await new SignJWT({
      iss: ISSUER,
      jti: crypto.randomUUID(),
      iat: seconds,
      exp: seconds + LIFE_SECONDS,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: signing.kid, typ: 'at+jwt' })
      .sign(signing.privateKey)
    secrets.push({ kind, text })
    return text
  }

  async function tokenAnswer(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text())
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return accountAnswer(newGrant('alice'))
      case 'refresh_token': {
        const grant = grants.get(form.get('refresh_token') ?? '')
        if (!grant || grant.ended) return refusal()
        // A refresh token that comes twice may come from a thief: the grant ends (RFC 9700 4.14.2).
        if (grant.current !== form.get('refresh_token')) {
          grant.ended = true
          refreshes.reused += 1
          return refusal()
        }
        refreshes.granted += 1
        return accountAnswer(grant)
      }
      default:
        return exchangeAnswer(form)
    }
  }

  function newGrant(subject: string): Grant {
    return { subject, current: '', ended: false }
  }

  async function accountAnswer(grant: Grant): Promise<Response> {
    const refresh = secret('refresh token').reveal()
    grants.set(refresh, grant)
    grant.current = refresh
    refreshTokens.push(refresh)
    const access = await mint('account token', accessClaims(grant.subject, MCP))
    accessTokens.set(access, grant)
    return Response.json({
      access_token: access,
      token_type: 'Bearer',
      expires_in: LIFE_SECONDS,
      refresh_token: refresh,
    })
  }

  async function exchangeAnswer(form: URLSearchParams): Promise<Response> {
    const subjectToken = form.get('subject_token') ?? ''
    const resource = form.get('resource') ?? ''
    try {
      const { payload } = await jwtVerify(subjectToken, signing.publicKey, {
        issuer: ISSUER,
        currentDate: new Date(now()),
      })
      return Response.json({
        access_token: await mint(`token for ${resource}`, {
          ...accessClaims(String(payload.sub), resource),
          act: { sub: resource === MCP ? 'chat' : 'tasks-mcp' },
        }),
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: LIFE_SECONDS,
        scope: form.get('scope') ?? '',
      })
    } catch {
      return refusal()
    }
  }

  async function apiAnswer(request: Request): Promise<Response> {
    const [, token = ''] = (request.headers.get('authorization') ?? '').split(' ')
    try {
      const { payload } = await jwtVerify(token, signing.publicKey, {
        issuer: ISSUER,
        audience: API,
        currentDate: new Date(now()),
      })
      const { task } = z.object({ task: z.number() }).parse(await request.json())
      const call = { subject: String(payload.sub), task }
      calls.push(call)
      onCall(call)
      return Response.json({ deleted: task })
    } catch {
      return new Response(null, { status: 401 })
    }
  }

  async function answer(request: Request, purpose: string): Promise<Response> {
    switch (purpose) {
      case 'metadata':
        return Response.json({
          issuer: ISSUER,
          token_endpoint: `${ISSUER}/token`,
          authorization_endpoint: `${ISSUER}/authorize`,
          jwks_uri: `${ISSUER}/jwks`,
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        })
      case 'keys':
        return Response.json({ keys: [signing.jwk] })
      case 'exchange':
      case 'refresh':
        return tokenAnswer(request)
      case 'api':
        return apiAnswer(request)
      default:
        if (request.url !== MCP) return new Response(null, { status: 404 })
        return isHasty ? hastyServer(request) : server(request)
    }
  }

  const network: typeof globalThis.fetch = async (input, init) => {
    // Counted at once: whoever waits until nothing is under way must not overlook it.
    underWay += 1
    try {
      const request = new Request(input, init)
      const purpose = await purposeOf(request)
      passed += 1
      const go = () => answer(request, purpose)
      return fault ? await fault({ number: passed, request, purpose }, go) : await go()
    } finally {
      underWay -= 1
    }
  }

  const ground = { network, now, client: clientSecretBasic(secret('secret of the MCP server')) }
  const server = tasksServer(ground, WAIT_MS)
  const hastyServer = tasksServer(ground, SHORT_WAIT_MS)

  return {
    network,
    calls,
    secrets,
    clientSecret,
    now,
    pass(milliseconds): void {
      offsetMs += milliseconds
    },
    interfere(next, hangs = false): void {
      fault = next
      isHasty = hangs
      passed = 0
    },
    requests: () => passed,
    chatToken: (subject) =>
      mint('chat token', {
        ...accessClaims(subject, CHAT),
        exp: Math.floor(now() / 1000) + CHAT_LIFE_SECONDS,
      }),
    code: () => secret('authorization code').reveal(),
    stands: (accessToken) => accessTokens.get(accessToken)?.ended === false,
    refreshes,
    refreshTokens,
    async rotateSigningKey(): Promise<void> {
      signing = await signingKey()
    },
    async idle(): Promise<void> {
      do await turns(3)
      while (underWay > 0)
    },
  }
}

/** Lets everything that can go on go on, so many times. */
export async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve))
}

function accessClaims(subject: string, resource: string): JWTPayload {
  return { sub: subject, aud: resource, client_id: 'page', scope: 'tasks:read tasks:write' }
}

function refusal(): Response {
  return Response.json({ error: 'invalid_grant' }, { status: 400 })
}

async function signingKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = crypto.randomUUID()
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
  return { privateKey, publicKey, kid, jwk }
}

async function purposeOf(request: Request): Promise<string> {
  const { hostname, pathname } = new URL(request.url)
  if (hostname === 'api.example') return 'api'
  if (hostname === 'tasks.example') {
    if (request.method !== 'POST') return `mcp ${request.method}`
    const { method } = z.looseObject({ method: z.string() }).parse(await request.clone().json())
    return `mcp ${method}`
  }
  if (pathname.includes('/.well-known/')) return 'metadata'
  if (pathname === '/jwks') return 'keys'
  const body = await request.clone().text()
  return body.includes('grant_type=refresh_token') ? 'refresh' : 'exchange'
}
