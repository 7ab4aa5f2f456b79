// The app and its two MCP servers over one issuer. The servers are in this process; all that goes to
// the issuer goes over the network.

import {
  type AuditEvent,
  type BindingInput,
  type Caller,
  Credential,
  createOnBehalf,
  type OnBehalf,
} from 'onbehalf'
import { type IssuerOptions, oidc } from 'onbehalf/issuers'
import { API, APP, type Client, type Declared, NOTES, TASKS } from './kind.ts'
import { api, mcpServer, ownTokens, SERVICE, SERVICE_ORIGIN, type Seen } from './servers.ts'
import { must } from './tally.ts'

/** The app, its servers, and what was seen. */
export interface World {
  readonly onbehalf: OnBehalf
  readonly events: readonly AuditEvent[]
  /** The last `Authorization` header that each server got, by its URL. */
  readonly carried: ReadonlyMap<string, string>
  /** Calls a server's tool with any credential, past the app. Gives the status. */
  present(server: Server, authorization: string): Promise<number>
  /** Admits an access token at the app's door. */
  admit(accessToken: string): ReturnType<OnBehalf['admit']>
  /** Calls a server's tool, and gives what the server saw or the sentence that came instead. */
  call(caller: Caller, server: Server): Promise<Seen | string>
}

export type Server = 'Tasks' | 'Notes'

/** Options of {@link openWorld}. */
export interface WorldOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Asks the issuer. Default: over the network. */
  readonly fetch?: typeof globalThis.fetch
  /** What the app declares otherwise. */
  readonly app?: Partial<Client>
  readonly sources?: Readonly<Record<'Tasks' | 'Notes', BindingInput['source']>>
}

/** Opens the app over an issuer. */
export function openWorld(real: Declared, options: WorldOptions = {}): World {
  const { now = Date.now, fetch = globalThis.fetch } = options
  const events: AuditEvent[] = []
  const carried = new Map<string, string>()
  const audit = { record: (event: AuditEvent) => void events.push(event) }
  const servers = new Map<string, (request: Request) => Promise<Response>>()

  const network: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const serve = servers.get(request.url)
    if (serve) {
      carried.set(request.url, request.headers.get('authorization') ?? '')
      return serve(request)
    }
    if (request.url.startsWith(SERVICE_ORIGIN) && service) return service.fetch(request)
    return fetch(request)
  }

  const { exchange } = real
  const app = { ...real.app, ...options.app }
  const canExchange = typeof exchange !== 'string'
  const issuer = real.preset({
    ...(real.appAudience ? { audience: real.appAudience } : {}),
    clientId: app.id,
    clientSecret: new Credential(app.secret),
    fetch: network,
    now,
  })
  const service = real.ownTokens ? ownTokens(issuer, { audit, now, fetch: network }) : undefined
  const named = service
    ? (options: IssuerOptions) => oidc({ issuer: SERVICE, ...options })
    : real.preset
  const shared = { audit, now, fetch: network }
  const { tasksClient } = real
  const own = tasksClient && {
    clientId: tasksClient.id,
    clientSecret: new Credential(tasksClient.secret),
  }
  const tasks = named({ audience: TASKS, fetch: network, now, ...own })
  servers.set(TASKS, mcpServer(tasks, TASKS, shared, own !== undefined))
  servers.set(NOTES, mcpServer(named({ audience: NOTES, fetch: network, now }), NOTES, shared))
  servers.set(`${API}/tasks`, api(named({ audience: API, fetch: network, now }), shared))
  const onbehalf = createOnBehalf({
    resource: APP,
    issuer,
    ...(service ? { exchanger: service.exchanger('chat') } : {}),
    servers: canExchange
      ? {
          Tasks: { url: TASKS, source: options.sources?.Tasks ?? exchange(TASKS) },
          Notes: { url: NOTES, source: options.sources?.Notes ?? exchange(NOTES) },
        }
      : {},
    audit,
    fetch: network,
    now,
  })

  return {
    onbehalf,
    events,
    carried,
    present: async (server, authorization) => {
      const response = await network(urlOf(server), callOf(authorization))
      await response.body?.cancel()
      return response.status
    },
    admit: (accessToken) =>
      onbehalf.admit(new Request(APP, { headers: { authorization: `Bearer ${accessToken}` } })),
    async call(caller, server) {
      const response = await caller.fetch(server)(urlOf(server), callOf())
      const text = await response.text()
      must(response.ok, `${server} answered ${response.status}: ${text}`)
      const { result } = JSON.parse(text) as { result: CallResult }
      const [{ text: content }] = result.content
      return result.isError ? content : JSON.parse(content)
    },
  }
}

interface CallResult {
  readonly isError?: boolean
  readonly content: readonly [{ readonly text: string }]
}

function urlOf(server: Server): string {
  return server === 'Tasks' ? TASKS : NOTES
}

function callOf(authorization?: string): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(authorization ? { authorization } : {}),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'look', arguments: {} },
    }),
  }
}
