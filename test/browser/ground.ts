// What the page's tests stand on: the real page server, the published chat component and the real
// issuer, with stand-ins for chat, trail and API over real HTTP.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIssuer } from '../../examples/taskflow/issuer/index.ts'
import { loadKeys } from '../../examples/taskflow/keys.ts'
import { freePorts, type Listener, listen, nodeListener } from '../../examples/taskflow/listen.ts'
import { createPageServer } from '../../examples/taskflow/page-server.ts'
import {
  classicUrl,
  PORTS,
  partsUrl,
  type TaskflowUrls,
  taskflowUrls,
} from '../../examples/taskflow/urls.ts'
import { builtComponent } from './borrow.ts'
import { type StandInChatkit, standInChatkit } from './stand-in-chatkit.ts'

/** What a test sees and sets. */
export interface Ground {
  readonly urls: TaskflowUrls
  readonly chatkit: StandInChatkit
  /** What the stand-in API lists. */
  tasks: unknown[]
  /** What the stand-ins tell of the last answer; a function gets the request's `Authorization`. */
  events: unknown[]
  modelRequests: (authorization: string) => unknown[]
  /** How many of the next requests of each kind are refused with 401. */
  readonly refusals: { api: number; trail: number }
  /** Back to an empty ground; the issuer keeps its sessions. */
  reset(): void
  stop(): Promise<void>
}

export async function startGround(): Promise<Ground> {
  const urls = taskflowUrls(await freePorts(PORTS))
  const dataDir = await mkdtemp(join(tmpdir(), 'taskflow-page-'))
  const resources = {
    chat: urls.chatkit,
    mcp: urls.mcp,
    gateway: urls.gateway,
    classic: classicUrl(urls),
    parts: partsUrl(urls),
    api: urls.api,
  }
  const issuer = createIssuer({
    issuer: urls.issuer,
    web: urls.web,
    resources,
    keys: await loadKeys(dataDir),
    dataDir,
  })
  const pageServer = createPageServer({
    ...urls,
    model: { description: 'A scripted stand-in of the tests.', standIn: true },
  })
  const component = await builtComponent()
  let chatkit = standInChatkit()

  async function web(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const authorization = request.headers.get('authorization') ?? ''
    if (pathname === '/chatkit') return await chatkit.fetch(request)
    if (pathname.startsWith('/trail/')) {
      if (ground.refusals.trail-- > 0) return new Response(null, { status: 401 })
      return Response.json({ events: ground.events })
    }
    if (pathname.startsWith('/model-requests/'))
      return Response.json({ requests: ground.modelRequests(authorization) })
    const answer = await pageServer(request)
    // What the page server bundles in the repository is the source.
    return pathname === '/onbehalf-chat.js'
      ? new Response(component, { headers: answer.headers })
      : answer
  }

  async function api(request: Request): Promise<Response> {
    const headers = {
      'access-control-allow-origin': urls.web,
      'access-control-allow-headers': 'authorization',
    }
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers })
    if (ground.refusals.api-- > 0) return new Response(null, { status: 401, headers })
    return Response.json({ tasks: ground.tasks }, { headers })
  }

  const ground: Ground = {
    urls,
    get chatkit() {
      return chatkit
    },
    tasks: [],
    events: [],
    modelRequests: () => [],
    refusals: { api: 0, trail: 0 },
    reset() {
      chatkit = standInChatkit()
      ground.tasks = []
      ground.events = []
      ground.modelRequests = () => []
      Object.assign(ground.refusals, { api: 0, trail: 0 })
    },
    async stop() {
      await Promise.all(listeners.map((listener) => listener.close(100)))
      issuer.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  const listeners: Listener[] = [
    await listen(Number(new URL(urls.issuer).port), issuer.callback),
    await listen(Number(new URL(urls.api).port), nodeListener(api)),
    await listen(Number(new URL(urls.web).port), nodeListener(web)),
  ]
  return ground
}
