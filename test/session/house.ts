// An app that keeps sign-ins, its issuer, and browsers with their cookies. No test lives here.

import type { AuditEvent } from '../../src/core/audit.ts'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { memorySignInStore } from '../../src/core/vault/memory-sign-in-store.ts'
import type { SecretStore } from '../../src/core/vault/secret-store.ts'
import type { SignInStore } from '../../src/core/vault/sign-in-store.ts'
import { createOnBehalf, type OnBehalf } from '../../src/index.ts'
import { oidc } from '../../src/issuers/index.ts'
import {
  type ServerSession,
  type ServerSessionOptions,
  serverSession,
} from '../../src/session/index.ts'
import { handClock } from '../core/parts.ts'
import { CHAT, ISSUER, type SessionIssuer, sessionIssuer } from './issuer.ts'

export const ORIGIN = 'https://app.example'

/** What a script of the app's page sends. */
export const OF_PAGE = { origin: ORIGIN, 'sec-fetch-site': 'same-origin', 'x-onbehalf': '1' }

/** One instance of the app. */
export interface Instance {
  readonly session: ServerSession
  readonly onbehalf: OnBehalf
}

/** A browser: it keeps cookies, and sends them back. */
export interface Browser {
  readonly cookies: Map<string, string>
  /** What was answered last. */
  get(path: string, headers?: Record<string, string>, on?: Instance): Promise<Response>
  /** A request of a script of the app's page. */
  ask(method: string, path: string, on?: Instance): Promise<Response>
  /** Begins to sign in, and gives where the browser is sent. */
  begin(returnTo?: string, on?: Instance): Promise<URL>
  /** Comes back from the issuer. */
  back(parameters: Record<string, string>, on?: Instance): Promise<Response>
  signIn(subject?: string): Promise<Response>
  /** Admits a chat request of the page. */
  admit(headers?: Record<string, string>, on?: Instance): ReturnType<OnBehalf['admit']>
}

export interface House {
  readonly issuer: SessionIssuer
  readonly clock: ReturnType<typeof handClock>
  readonly events: AuditEvent[]
  readonly store: SignInStore
  readonly secrets: SecretStore
  readonly app: Instance
  instance(options?: Partial<ServerSessionOptions>): Instance
  browser(userAgent?: string): Browser
}

export interface HouseOptions extends Partial<ServerSessionOptions> {
  /** Default: an address that nobody has. */
  readonly issuerUrl?: string
  /** Another store for each instance, over the same records. */
  readonly storesOf?: () => { readonly store: SignInStore; readonly secrets: SecretStore }
}

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

export async function house({
  storesOf,
  issuerUrl = ISSUER,
  ...options
}: HouseOptions = {}): Promise<House> {
  const clock = handClock()
  const issuer = await sessionIssuer(clock.now, issuerUrl)
  const shared = { store: memorySignInStore(), secrets: memorySecretStore() }
  const events: AuditEvent[] = []
  const { fetch } = issuer
  const { now } = clock
  const instance = (changes: Partial<ServerSessionOptions> = {}): Instance => {
    const preset = oidc({ issuer: issuerUrl, audience: CHAT, idTokensFor: 'app', fetch, now })
    const session = serverSession({
      issuer: preset,
      clientId: 'app',
      origin: ORIGIN,
      ...(storesOf?.() ?? shared),
      audit: { record: (event) => void events.push(event) },
      fetch,
      now,
      ...options,
      ...changes,
    })
    const onbehalf = createOnBehalf({
      issuer: preset,
      resource: CHAT,
      servers: { Tasks: { url: 'https://tasks.example/mcp', source: { type: 'own' } } },
      session,
      audit: { record: (event) => void events.push(event) },
      now,
      warn: () => {},
    })
    return { session, onbehalf }
  }
  const app = instance()
  const stores = storesOf?.() ?? shared
  return {
    issuer,
    clock,
    events,
    ...stores,
    app,
    instance,
    browser: (userAgent = FIREFOX) => browser(userAgent, app, issuer),
  }
}

function browser(userAgent: string, app: Instance, issuer: SessionIssuer): Browser {
  const cookies = new Map<string, string>()
  const headersWith = (headers: Record<string, string>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return { 'user-agent': userAgent, ...(cookie ? { cookie } : {}), ...headers }
  }
  async function send(
    { session }: Instance,
    path: string,
    method: string,
    headers: Record<string, string>,
  ): Promise<Response> {
    const request = new Request(new URL(path, ORIGIN), { method, headers: headersWith(headers) })
    const response = await session.handle(request)
    if (!response) throw new Error(`nobody answers ${path}`)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = '', rest = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(cookie) ?? []
      if (rest.includes('Max-Age=0')) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const made: Browser = {
    cookies,
    get: (path, headers = {}, on = app) => send(on, path, 'GET', headers),
    ask: (method, path, on = app) => send(on, path, method, OF_PAGE),
    async begin(returnTo = '/chat?thread=1', on = app) {
      const way = `/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}`
      const response = await made.get(way, {}, on)
      return new URL(response.headers.get('location') ?? '')
    },
    back: (parameters, on = app) =>
      made.get(`/auth/callback?${new URLSearchParams(parameters)}`, {}, on),
    signIn: async (subject = 'alice') => made.back(issuer.agree(await made.begin(), subject)),
    admit: (headers = OF_PAGE, { onbehalf } = app) =>
      onbehalf.admit(new Request(CHAT, { method: 'POST', headers: headersWith(headers) })),
  }
  return made
}

/** Whose chat request it is; or why it is refused. */
export async function whoIs(admission: ReturnType<OnBehalf['admit']>): Promise<string> {
  const ended = await admission
  if (!ended.ok) return ended.refusal.reason
  await ended.value.end()
  return ended.value.principal.subject
}
