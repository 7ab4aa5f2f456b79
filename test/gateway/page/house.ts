// A gateway with its connections page, the issuer where people sign in, a service where they connect an
// account, and browsers with their cookies. No test lives here.

import { createHash } from 'node:crypto'
import type { AuditEvent } from '../../../src/core/audit.ts'
import {
  accessKeys,
  createGateway,
  type Gateway,
  type GatewayOptions,
  type GatewayPage,
} from '../../../src/gateway/index.ts'
import { memoryConsentStore, memorySecretStore, memorySignInStore } from '../../../src/index.ts'
import { oidc } from '../../../src/issuers/index.ts'
import { connections } from '../../../src/oauth/index.ts'
import { serverSession } from '../../../src/session/index.ts'
import { handClock } from '../../core/parts.ts'
import { CHAT, ISSUER, sessionIssuer } from '../../session/issuer.ts'

export const GATEWAY = 'https://gateway.example'
export const PAGE = '/connections'
const ACCOUNTS = 'https://accounts.notes.example'

/** What a browser says of a form of the page itself. */
export const OWN_FORM = { origin: 'null', 'sec-fetch-site': 'same-origin' }

/** One request that reached a server. */
export interface Reached {
  readonly host: string
  readonly headers: Headers
  readonly signal: AbortSignal
}

/** A person's browser, signed in. */
export interface PersonsBrowser {
  get(path: string, headers?: Record<string, string>): Promise<Response>
  page(query?: string): Promise<string>
  post(
    act: string,
    form: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Response>
  signIn(subject: string): Promise<PersonsBrowser>
  /** Connects the account of Notes; gives where the browser is in the end. */
  connect(subject?: string): Promise<string>
  readonly cookies: Map<string, string>
}

/** Puts it together. The tool `wait` of a server answers when `release` is called. */
export async function pageHouse(
  changes: Partial<GatewayOptions> = {},
  page: Partial<GatewayPage> = {},
) {
  const clock = handClock()
  const people = await sessionIssuer(clock.now)
  const notes = await sessionIssuer(clock.now, ACCOUNTS)
  const events: AuditEvent[] = []
  const reached: Reached[] = []
  const secrets = memorySecretStore()
  const signIns = memorySignInStore()
  const consents = memoryConsentStore()
  let lost: AuditEvent['hop'] | undefined
  const audit = {
    record(event: AuditEvent) {
      if (event.hop === lost) throw new Error('no room')
      events.push(event)
    },
  }
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let atWork = 0
  const watchers: (() => void)[] = []
  const begin = () => {
    atWork += 1
    for (const look of watchers) look()
  }
  /** Resolves when so many calls have reached a server, and wait there. */
  const begun = (count = 1) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (atWork >= count) resolve()
      }
      watchers.push(look)
      look()
    })

  async function serve(
    input: Parameters<typeof globalThis.fetch>[0],
    init?: RequestInit,
  ): Promise<Response> {
    const request = new Request(input, init)
    const { host } = new URL(request.url)
    reached.push({ host, headers: request.headers, signal: request.signal })
    const { id, params } = JSON.parse(await request.text()) as {
      id: number
      params?: { name?: string }
    }
    if (params?.name === 'wait') {
      begin()
      await Promise.race([released, whenAborted(request.signal)])
    }
    if (params?.name === 'stream') return streamed(begin, request.signal)
    const content = [{ type: 'text', text: `done by ${host}` }]
    return Response.json({ jsonrpc: '2.0', id, result: { content } })
  }

  function instance(more: Partial<GatewayOptions> = {}): Gateway {
    const shared = { store: signIns, secrets, audit, now: clock.now }
    const session = serverSession({
      issuer: oidc({ issuer: ISSUER, audience: CHAT, fetch: people.fetch, now: clock.now }),
      clientId: 'app',
      origin: GATEWAY,
      fetch: people.fetch,
      ...shared,
    })
    const accounts = connections({
      store: secrets,
      redirectUri: `${GATEWAY}/connected`,
      fetch: notes.fetch,
      audit,
      now: clock.now,
      servers: {
        Notes: {
          resource: 'https://notes.example/mcp',
          issuer: ACCOUNTS,
          scopes: ['notes:read'],
          client: { type: 'registered', id: 'gateway' },
        },
      },
    })
    return createGateway({
      url: GATEWAY,
      audience: CHAT,
      issuer: oidc({ issuer: ISSUER, audience: CHAT, fetch: people.fetch, now: clock.now }),
      servers: {
        Notes: { url: 'https://notes.example/mcp', source: { type: 'connection' } },
        Search: {
          url: 'https://search.example/mcp',
          source: { type: 'static', of: 'person' },
          placement: { type: 'header', name: 'X-Api-Key' },
        },
      },
      secrets,
      consents,
      accessKeys: accessKeys({ secrets, consents, audit, now: clock.now }),
      page: { session, connections: accounts, ...page },
      audit,
      fetch: serve,
      now: clock.now,
      warn() {},
      ...changes,
      ...more,
    })
  }
  const gateway = instance()

  const tokenOf = (subject: string) => agentsToken(people, subject)

  /** An agent calls a tool in a person's name. */
  async function call(server: string, subject: string, tool: string, on = gateway) {
    const headers = {
      authorization: `Bearer ${await tokenOf(subject)}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    }
    const params = { name: tool, arguments: {} }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    return on.fetch(new Request(`${GATEWAY}/mcp/${server}`, { method: 'POST', headers, body }))
  }

  return {
    gateway,
    instance,
    clock,
    events,
    reached,
    secrets,
    people,
    notes,
    begun,
    release,
    /** From now on nothing of this hop can be recorded. */
    loseAudit(hop: AuditEvent['hop']) {
      lost = hop
    },
    tokenOf,
    call,
    browser: () => browserOf(gateway, people, notes),
  }
}

type Issuer = Awaited<ReturnType<typeof sessionIssuer>>

/** An access token of a person, as an agent has it. */
export async function agentsToken(people: Issuer, subject: string): Promise<string> {
  const verifier = 'v'.repeat(43)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const at = new URL(`${ISSUER}/authorize`)
  at.searchParams.set('code_challenge', challenge)
  at.searchParams.set('redirect_uri', 'https://agent.example/callback')
  const { code = '', iss = '' } = people.agree(at, subject)
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: 'https://agent.example/callback',
  })
  const answer = await people.fetch(`${iss}/token`, { method: 'POST', body })
  return ((await answer.json()) as { access_token: string }).access_token
}

function browserOf(gateway: Gateway, people: Issuer, notes: Issuer): PersonsBrowser {
  const cookies = new Map<string, string>()
  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (cookies.size > 0)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await gateway.fetch(new Request(`${GATEWAY}${path}`, { ...init, headers }))
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = '', rest = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(cookie) ?? []
      if (rest.includes('Max-Age=0')) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const made: PersonsBrowser = {
    cookies,
    get: (path, headers = {}) => send(path, { headers }),
    page: async (query = '') => (await send(`${PAGE}${query}`)).text(),
    post: (act, form, headers = OWN_FORM) =>
      send(`${PAGE}/${act}`, { method: 'POST', headers, body: new URLSearchParams(form) }),
    async signIn(subject) {
      const away = await send(`/auth/sign-in?returnTo=${PAGE}`)
      const answer = people.agree(new URL(away.headers.get('location') ?? ''), subject)
      await send(`/auth/callback?${new URLSearchParams(answer)}`)
      return made
    },
    async connect(subject = 'somebody') {
      const which = encodeURIComponent('account:Notes')
      const headers = { 'sec-fetch-site': 'same-origin' }
      const away = await send(`${PAGE}/connect?which=${which}`, { headers })
      const answer = notes.agree(new URL(away.headers.get('location') ?? ''), subject)
      const back = await send(`/connected/Notes?${new URLSearchParams(answer)}`)
      const { pathname, search } = new URL(back.headers.get('location') ?? '', GATEWAY)
      return pathname + search
    },
  }
  return made
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
}

/** An answer that has begun, and goes on for ever. */
function streamed(begin: () => void, signal: AbortSignal): Response {
  const body = new ReadableStream({
    start(output) {
      output.enqueue(new TextEncoder().encode(': on its way\n\n'))
      signal.addEventListener('abort', () => output.error(signal.reason))
      begin()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
