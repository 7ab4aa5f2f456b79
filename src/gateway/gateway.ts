// createGateway: MCP servers behind one address, for agents in any language. It verifies who calls,
// puts the person's own credential for each server into the request, hides what the model must not
// see, takes credentials out of what comes back, and keeps the record.

import { randomBytes } from 'node:crypto'
import { type AppMemory, appMemory } from '../app-memory.ts'
import type { Caller } from '../caller.ts'
import { isStdio } from '../core/binding.ts'
import { checkOptions } from '../core/known-options.ts'
import { allowedHttp } from '../core/plain-http.ts'
import { resourceMetadataUrl } from '../core/resource.ts'
import { createGate } from '../mcp-server/gate.ts'
import { problem, REFUSED_BY_HTTP } from '../mcp-server/problem.ts'
import { type OnBehalf, onBehalfRemembering } from '../on-behalf.ts'
import { type ChatUpstream, checkChat, type FrontDoorParts, passToChat } from './chat/front-door.ts'
import { type RunTokens, runTokens } from './chat/run-tokens.ts'
import { type ClientFacade, clientFacade } from './clients/facade.ts'
import { type Cors, corsFor } from './cors.ts'
import { namesOver } from './joint/names.ts'
import { serveJointly } from './joint/serve.ts'
import { JointStreams } from './joint/streams.ts'
import { Upstreams } from './joint/upstreams.ts'
import type { JointParts } from './joint/visit.ts'
import type { KeptCalls } from './kept-calls.ts'
import { withAccessKeys, withinReach } from './keys/key-door.ts'
import { serversForKeys } from './keys/key-servers.ts'
import { answerOwnKeys, type OwnKeysParts, ownKeysAt } from './keys/own-keys.ts'
import { LastingSessions } from './lasting-sessions.ts'
import { longSecret } from './long-secret.ts'
import { Memories } from './memories.ts'
import { apisOf } from './openapi/apis.ts'
import {
  appOptions,
  GATEWAY_OPTIONS,
  GATEWAY_VALUES,
  type Gateway,
  type GatewayOptions,
  type GatewayStatus,
} from './options.ts'
import { type ConnectionsPage, peopleOf, withPage } from './page/people.ts'
import { passing, passOn } from './pass-on.ts'
import { quickWay } from './quick-way.ts'
import { type Routes, routesOf } from './routes.ts'
import { ServerBreakers } from './server-breakers.ts'
import { sessionIds } from './session-ids.ts'
import { KeptCallers } from './stdio/kept-callers.ts'
import { StdioSessions } from './stdio/sessions.ts'

const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024

/**
 * Puts a gateway together. It fetches nothing.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 *
 * @example
 * ```ts
 * const gateway = createGateway({
 *   url: 'https://gateway.example',
 *   issuer: oidc({ issuer: 'https://login.example', clientId: 'gateway', clientSecret }),
 *   servers: { Tasks: { url: 'https://tasks.example/mcp' } },
 * })
 * const response = await gateway.fetch(request)
 * ```
 */
export function createGateway(given: GatewayOptions): Gateway {
  checkOptions('createGateway', '', given, GATEWAY_OPTIONS, GATEWAY_VALUES)
  const options = withPage(given)
  const { url, subsets = {}, allowedHosts = [], allowedOrigins = [], forwardHeaders = [] } = options
  const names = Object.keys(options.servers)
  const routes = routesOf(url, names, subsets, options)
  checkServers(options)
  namesOver(names)
  if (options.accessKeys && !options.consents)
    throw new TypeError(
      'accessKeys needs the setting consents: the store that accessKeys({ consents }) was made with',
    )
  if (options.chat) checkChat(options.chat, allowedHttp(options))
  const apis = apisOf(options)
  const kept = keptFor(options)
  const resources = routes.all.map(({ resource }) => resource)
  const clients = options.clients && clientFacade(options, options.clients, resources, kept.secret)
  const { onbehalf, keeping, takeOver } = onBehalfRemembering(
    {
      ...appOptions(options),
      resource: routes.everything.resource,
      ...(clients ? { authorizationServers: [clients.issuer] } : {}),
    },
    kept.memory,
    (server) => apis.get(server),
  )
  const keptCallers = new KeptCallers()
  const people = peopleOf(options)
  const parts = partsOf(options, kept.secret, keptCallers, people?.keptCalls)
  const gate = createGate({
    resource: url,
    allowedHosts: [new URL(url).host, ...allowedHosts],
    allowedOrigins,
  })
  const { runs } = kept
  const chat = options.chat && chatDoor(options, options.chat, runs)
  const cors = corsFor([new URL(url).origin, ...allowedOrigins], forwardHeaders)
  const { accessKeys: keys, scopes = [], now = Date.now } = options
  const forKeys = serversForKeys(options.servers, options.session !== undefined)
  const ownKeys = keys && { keys, servers: forKeys, now, before: pathBefore(url) }
  const atMcp = keys
    ? withAccessKeys(onbehalf, { keys, routes: routes.all, servers: forKeys, scopes })
    : onbehalf
  const page = people?.page
  const doors = { onbehalf, atMcp, gate, cors, chat, clients, ownKeys, page }
  const serving = { ...doors, routes, parts, runs, keptCallers }
  let isInService = false
  const begin = () => {
    // Before, it may be a gateway that is only checked.
    if (!isInService) takeOver()
    isInService = true
  }
  const gateway: Gateway = {
    fetch: Object.assign(
      (request: Request) => {
        begin()
        return serve(request, serving)
      },
      { quick: quickWay({ url, routes, parts, keeping, begin }) },
    ),
    routes: routes.all.map(({ path, servers }) => ({ path, servers })),
    status: () => statusOf(names, parts),
    revoke: (principal) => onbehalf.revoke(principal),
    endSignIn: (ended) => onbehalf.endSignIn(ended),
  }
  KEPT.set(gateway, kept)
  return gateway
}

/** What passing on needs, over all requests. */
function partsOf(
  { servers, forwardHeaders = [], maxBodyBytes = DEFAULT_MAX_BODY_BYTES, now }: GatewayOptions,
  secret: Uint8Array,
  keptCallers: KeptCallers,
  keptCalls: KeptCalls | undefined,
): JointParts {
  const ids = sessionIds(secret)
  return {
    ids,
    sessions: new LastingSessions(ids),
    memories: new Memories(),
    stdio: new StdioSessions(keptCallers, keptCalls?.ends),
    keptCalls,
    breakers: new ServerBreakers(now ?? Date.now),
    upstreams: new Upstreams(),
    streams: new JointStreams(),
    urlOf: (server) => new URL(servers[server]?.url ?? '').href,
    forwardHeaders: forwardHeaders.map((name) => name.toLowerCase()),
    maxBodyBytes,
  }
}

function statusOf(
  names: readonly string[],
  { breakers, upstreams, stdio }: JointParts,
): GatewayStatus {
  return {
    servers: names.map((name) => ({ name, breaker: breakers.isOpen(name) ? 'open' : 'closed' })),
    sessions: { joint: upstreams.size, stdio: stdio.size },
  }
}

/** What a gateway leaves to the one that takes over from it. */
interface Kept {
  readonly memory: AppMemory
  /** Seals the ids of sessions. */
  readonly secret: Uint8Array
  readonly runs: RunTokens
}

const KEPT = new WeakMap<Gateway, Kept>()

function keptFor({ after, sessionSecret, now = Date.now }: GatewayOptions): Kept {
  const before = after && KEPT.get(after)
  return {
    memory: before?.memory ?? appMemory(now),
    runs: before?.runs ?? runTokens(),
    secret: sessionSecret
      ? longSecret('sessionSecret', sessionSecret)
      : (before?.secret ?? randomBytes(32)),
  }
}

/** What every request goes through. */
interface Serving {
  readonly routes: Routes
  readonly onbehalf: OnBehalf
  readonly parts: JointParts
  readonly gate: ReturnType<typeof createGate>
  readonly cors: Cors
  readonly runs: RunTokens
  readonly chat: ChatDoor | undefined
  readonly keptCallers: KeptCallers
  readonly clients: ClientFacade | undefined
  /** Admits requests at MCP routes, by access keys too. */
  readonly atMcp: OnBehalf
  readonly ownKeys: OwnKeys | undefined
  readonly page: ConnectionsPage | undefined
}

/** Where people make access keys of their own. */
interface OwnKeys extends OwnKeysParts {
  /** The path of the gateway. */
  readonly before: string
}

function pathBefore(url: string): string {
  return new URL(url).pathname.replace(/\/$/, '')
}

/** The front door of a chat server. */
interface ChatDoor extends FrontDoorParts {
  /** Its path in front, with that of the gateway's own address. */
  readonly path: string
  readonly resource: string
}

function chatDoor(
  { url, fetch = globalThis.fetch, now = Date.now, warn = console.warn }: GatewayOptions,
  chat: ChatUpstream,
  runs: RunTokens,
): ChatDoor {
  const path = `${pathBefore(url)}${chat.path}`
  const resource = `${new URL(url).origin}${path}`
  return { chat, url, runs, fetch, now, warn, path, resource }
}

async function serve(request: Request, serving: Serving): Promise<Response> {
  const { gate, cors, clients, page, onbehalf, routes } = serving
  const path = new URL(request.url).pathname
  // A health check comes by an address of its own.
  if (path === '/healthz') return Response.json({ status: 'ok' })
  const wrongHost = gate.refusesHost(request)
  if (wrongHost) return wrongHost
  const ofClients = clients?.handle(request)
  if (ofClients) return ofClients
  const ofPage = page?.handle(request, { onbehalf, resource: routes.everything })
  if (ofPage) return ofPage
  const preflight = cors.preflight(request)
  if (preflight) return preflight
  return cors.mark(request, await answer(request, path, serving))
}

async function answer(request: Request, path: string, serving: Serving): Promise<Response> {
  const { routes, onbehalf, atMcp, parts, gate, runs, chat, keptCallers, ownKeys, page } = serving
  const described =
    routes.describedAt(path) ??
    (chat && new URL(resourceMetadataUrl(chat.resource)).pathname === path ? chat : undefined)
  // The metadata is public, for pages of every origin too. Nothing else is.
  if (described) return onbehalf.metadata(request, described) ?? notFound()
  const foreign = gate.refusesOriginOrMethod(request)
  if (foreign) return foreign
  if (chat?.path === path) {
    // The token behind a cookie is one for everything: the session has asked for it.
    const asked = page && !request.headers.has('authorization') ? routes.everything : chat
    return onbehalf.handle(request, (caller) => passToChat(request, caller, chat), asked)
  }
  const asked = ownKeys && ownKeysAt(ownKeys.before, path)
  if (asked) {
    const answerTo = (caller: Caller) => answerOwnKeys(request, asked.id, caller, ownKeys)
    return onbehalf.handle(request, answerTo, routes.everything)
  }
  const route = routes.of(path)
  if (!route) return notFound()
  const inNameOf = (caller: Caller) =>
    route.isOneServer
      ? passOn(passing(request), route, caller, parts)
      : serveJointly(request, withinReach(route, caller), caller, parts)
  // A chat server in its run: its person was admitted at the front door.
  const running = runs.callerOf(request)
  if (running) return inNameOf(running)
  // A process works with the sign-in of the request that opened its session.
  return route.servers.some((server) => isStdio(parts.urlOf(server)))
    ? keptCallers.handle(atMcp, request, inNameOf, route)
    : atMcp.handle(request, inNameOf, route)
}

function notFound(): Response {
  return problem(404, REFUSED_BY_HTTP, 'There is nothing at this address. MCP is at /mcp.')
}

/** What the gateway cannot carry is told at the start. */
function checkServers({ servers }: GatewayOptions): void {
  for (const [name, { url, placement, process }] of Object.entries(servers)) {
    if (isStdio(url) && !process)
      throw new TypeError(
        `servers.${name} is a stdio server without process: say how to start it, such as { command: 'npx', args: ['-y', 'notes-mcp'] }`,
      )
    const parts = [placement ?? []].flat()
    if (parts.some(({ type }) => type === 'prompt'))
      throw new TypeError(
        `servers.${name}.placement is "prompt": no prompt passes the gateway. Use the placement "argument", which fills the same parameters`,
      )
  }
}
