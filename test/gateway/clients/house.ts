// A gateway in front of an issuer that registers no clients, MCP clients that do not know that, and the
// browsers of people. No test lives here.

import { createHash, randomBytes } from 'node:crypto'
import type { AuditEvent } from '../../../src/core/audit.ts'
import {
  createGateway,
  type GatewayClients,
  type GatewayOptions,
} from '../../../src/gateway/index.ts'
import { oidc } from '../../../src/issuers/index.ts'
import { handClock } from '../../core/parts.ts'
import { CHAT, ISSUER, sessionIssuer } from '../../session/issuer.ts'

export const GATEWAY = 'https://gateway.example'
export const RESOURCE = `${GATEWAY}/mcp/Tasks`
export const LOOPBACK = 'http://127.0.0.1:33418/callback'
export const LISTED = 'https://client.example/callback'

const HOUSE_CLIENTS: GatewayClients = { clientId: 'app', redirectUris: [LISTED] }

/** A client as it asks. */
export interface AskingClient {
  readonly id: string
  readonly verifier: string
  readonly redirectUri: string
  /** The URL that it opens in a browser. */
  url(changes?: Readonly<Record<string, string | undefined>>): string
}

/** The gateway and what is around it. */
export async function clientsHouse(
  clients: Partial<GatewayClients> = {},
  changes: Partial<GatewayOptions> = {},
) {
  const clock = handClock()
  const issuer = await sessionIssuer(clock.now)
  const events: AuditEvent[] = []
  /** The `Authorization` headers that reached the issuer's token endpoint. */
  const proofs: (string | null)[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = String(input instanceof Request ? input.url : input)
    if (url === `${ISSUER}/token`) proofs.push(new Headers(init?.headers).get('authorization'))
    return issuer.fetch(input, init)
  }
  const options: GatewayOptions = {
    url: GATEWAY,
    issuer: oidc({ issuer: ISSUER, audience: CHAT, fetch, now: clock.now }),
    audience: CHAT,
    servers: { Tasks: { url: 'https://tasks.example/mcp', source: { type: 'own' } } },
    clients: { ...HOUSE_CLIENTS, ...clients },
    audit: { record: (event) => void events.push(event) },
    fetch,
    now: clock.now,
    warn() {},
    ...changes,
  }
  const gateway = createGateway(options)
  const ask: Ask = (path, init) => gateway.fetch(new Request(new URL(path, GATEWAY), init))

  /** Registers a client, as it comes. */
  const register = (metadata: unknown) =>
    ask('/oauth/register', { method: 'POST', body: JSON.stringify(metadata) })

  /** A client that has registered, or has an id of another kind. */
  async function client(redirectUri = LOOPBACK, id?: string): Promise<AskingClient> {
    const registered = await register({ client_name: 'Editor', redirect_uris: [redirectUri] })
    const { client_id } = (await registered.json()) as { readonly client_id: string }
    const verifier = randomBytes(32).toString('base64url')
    const known = id ?? client_id
    return {
      id: known,
      verifier,
      redirectUri,
      url(changes = {}) {
        const url = new URL('/oauth/authorize', GATEWAY)
        const parameters = {
          response_type: 'code',
          client_id: known,
          redirect_uri: redirectUri,
          code_challenge: createHash('sha256').update(verifier).digest('base64url'),
          code_challenge_method: 'S256',
          state: 'state-of-client',
          scope: 'chat',
          resource: RESOURCE,
          ...changes,
        }
        for (const [name, value] of Object.entries(parameters))
          if (value !== undefined) url.searchParams.set(name, value)
        return url.href
      },
    }
  }

  /** A token request. */
  const token = (form: Readonly<Record<string, string>>) =>
    ask('/oauth/token', { method: 'POST', body: new URLSearchParams(form) })

  /** The token request of a client for its code. */
  const redeem = (
    { id, verifier, redirectUri }: AskingClient,
    code: string,
    more: Readonly<Record<string, string>> = {},
  ) =>
    token({
      grant_type: 'authorization_code',
      client_id: id,
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
      ...more,
    })

  return {
    gateway,
    options,
    clock,
    issuer,
    events,
    proofs,
    ask,
    register,
    client,
    token,
    redeem,
    browser: () => browserOf(ask),
  }
}

/** A request to the gateway. */
type Ask = (path: string, init?: RequestInit) => Promise<Response>

export type ClientsHouse = Awaited<ReturnType<typeof clientsHouse>>

/** A person's browser: it keeps the cookies of the gateway. */
export interface Browser {
  readonly cookies: Map<string, string>
  get(url: string): Promise<Response>
  /** Answers the page of a gateway. */
  decide(page: string, decision?: string, headers?: Record<string, string>): Promise<Response>
}

const OWN_FORM = { origin: 'null', 'sec-fetch-site': 'same-origin' }

function browserOf(ask: Ask): Browser {
  const cookies = new Map<string, string>()
  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie !== '') headers.set('cookie', cookie)
    const answer = await ask(url, { ...init, headers })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    return answer
  }
  return {
    cookies,
    get: send,
    decide(page, decision = 'allow', headers = OWN_FORM) {
      const [, request = ''] = /name="request" value="([^"]+)"/.exec(page) ?? []
      const body = new URLSearchParams({ request, decision })
      return send('/oauth/authorize', { method: 'POST', headers, body })
    },
  }
}

/** Where a page sends its reader on to. */
export async function onward(page: Response): Promise<URL> {
  const [, url = ''] = /content="0;url=([^"]+)"/.exec(await page.text()) ?? []
  return new URL(url.replaceAll('&amp;', '&'))
}

/** Where an answer sends a browser. */
export function locationOf(answer: Response): URL {
  return new URL(answer.headers.get('location') ?? '')
}

/** A person allows a client, and signs in at the issuer. Gives where the issuer sends them. */
export async function allowed(
  { issuer }: ClientsHouse,
  browser: Browser,
  asking: AskingClient,
  person = 'alice',
): Promise<string> {
  const page = await browser.get(asking.url())
  const atIssuer = await onward(await browser.decide(await page.text()))
  return `/oauth/callback?${new URLSearchParams(issuer.agree(atIssuer, person))}`
}

/** The whole way. Gives the code of the gateway. */
export async function codeFor(house: ClientsHouse, asking: AskingClient): Promise<string> {
  const browser = house.browser()
  const back = await browser.get(await allowed(house, browser, asking))
  return locationOf(back).searchParams.get('code') ?? ''
}
