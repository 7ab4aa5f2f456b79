// An app with connections, two authorization servers and a browser's cookie, for the tests of
// connections. No test lives here.

import { expect } from 'vitest'
import type { AuditEvent } from '../../../src/core/audit.ts'
import { type Principal, principalKey } from '../../../src/core/principal.ts'
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import type { SecretRecord, SecretStore } from '../../../src/core/vault/secret-store.ts'
import { type ConnectionServer, type Connections, connections } from '../../../src/oauth/index.ts'
import { alice, handClock, reasonOf } from '../../core/parts.ts'
import { type TestServer, testServer } from './authorization-server.ts'

export const TASKS = 'https://tasks.example/mcp'
const NOTES = 'https://notes.example/mcp'
export const REDIRECT = 'https://app.example/connected'

export interface HouseOptions {
  readonly store?: SecretStore
  readonly tasks?: Partial<ConnectionServer>
  readonly clientDocument?: { readonly url: string; readonly name: string }
}

export interface House {
  readonly connections: Connections
  readonly store: SecretStore
  readonly clock: ReturnType<typeof handClock>
  readonly events: AuditEvent[]
  /** The authorization server of `tasks`, and that of `notes`. */
  readonly one: TestServer
  readonly other: TestServer
  /** Every URL that was asked for anywhere. */
  readonly asked: string[]
  audit: (event: AuditEvent) => void
  /** Another instance of the app over the same store and servers. */
  instance(): Connections
  begin(principal?: Principal, server?: string): Promise<Begun>
  /** Comes back with parameters and the browser's cookie. */
  back(begun: Begun, changes?: Back): Promise<Response>
  /** The whole flow; throws when it fails. */
  connect(principal?: Principal, server?: string): Promise<void>
  record(principal?: Principal, resource?: string): Promise<SecretRecord | undefined>
  /** Requests to a token endpoint. */
  tokenRequests(): number
}

export interface Begun {
  readonly location: URL
  readonly cookie: string
  readonly server: string
}

export interface Back {
  readonly principal?: Principal
  readonly cookie?: string
  readonly path?: string
  readonly method?: string
  /** Undefined leaves a parameter out. */
  readonly parameters?: Readonly<Record<string, string | readonly string[] | undefined>>
}

export function house(options: HouseOptions = {}): House {
  const { store = memorySecretStore() } = options
  const clock = handClock()
  const events: AuditEvent[] = []
  const asked: string[] = []
  const one = testServer('https://login.example')
  const other = testServer('https://evil.example')
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    asked.push(String(input))
    const url = new URL(String(input))
    expect(init.redirect).toBe('manual')
    const server = [one, other].find(({ issuer }) => issuer === url.origin)
    if (!server) throw new Error(`nobody is at ${url.origin}`)
    return server.fetch(url, init)
  }
  const instance = (): Connections =>
    connections({
      store,
      servers: {
        tasks: {
          resource: TASKS,
          issuer: one.issuer,
          scopes: ['tasks:read'],
          client: { type: 'registered', id: 'app' },
          ...options.tasks,
        },
        notes: {
          resource: NOTES,
          issuer: other.issuer,
          scopes: [],
          client: { type: 'registered', id: 'app-at-the-other' },
        },
      },
      redirectUri: REDIRECT,
      fetch,
      audit: { record: (event) => made.audit(event) },
      now: clock.now,
      ...(options.clientDocument ? { clientDocument: options.clientDocument } : {}),
    })
  const made: House = {
    connections: instance(),
    store,
    clock,
    events,
    one,
    other,
    asked,
    audit: (event) => void events.push(event),
    instance,
    async begin(principal = alice, server = 'tasks') {
      const response = await made.connections.start(
        new Request('https://app.example/connect'),
        principal,
        server,
        '/chat?thread=1',
      )
      expect(response.status).toBe(302)
      const [cookie = ''] = response.headers.getSetCookie()
      return {
        location: new URL(response.headers.get('location') ?? ''),
        cookie: cookie.split(';')[0] ?? '',
        server,
      }
    },
    async back({ location, cookie, server }, changes = {}) {
      const as = location.origin === one.issuer ? one : other
      const parameters = {
        code: as.agree(location),
        state: location.searchParams.get('state') ?? '',
        iss: as.issuer,
      }
      const url = new URL(changes.path ?? `/connected/${server}`, 'https://app.example')
      for (const [name, value] of Object.entries({ ...parameters, ...changes.parameters })) {
        for (const each of value === undefined ? [] : [value].flat())
          url.searchParams.append(name, each)
      }
      const request = new Request(url, {
        method: changes.method ?? 'GET',
        headers: { cookie: changes.cookie ?? cookie },
      })
      return made.connections.callback(request, changes.principal ?? alice)
    },
    async connect(principal = alice, server = 'tasks') {
      const response = await made.back(await made.begin(principal, server), { principal })
      expect([response.status, response.headers.get('location')]).toEqual([
        303,
        'https://app.example/chat?thread=1',
      ])
    },
    record: (principal = alice, resource = TASKS) =>
      store.read({ owner: principalKey(principal), resource, kind: 'connection' }),
    tokenRequests: () =>
      [one, other].flatMap(({ requests }) => requests).filter(({ path }) => path === '/token')
        .length,
  }
  return made
}

/** The token's text, or the reason why there is none. */
export async function tokenOf(result: ReturnType<Connections['credential']>): Promise<string> {
  const ended = await result
  return ended.ok ? ended.value.credential.reveal() : reasonOf(ended)
}
