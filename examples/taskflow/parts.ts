// TaskFlow's parts, connected to each other. Each is ready for a listener on its own port.
// This file opens no port.

import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import type { Observer } from 'onbehalf'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditSink, type Log } from 'onbehalf/log'
import { type Chat, createChat } from './chat.ts'
import { DEADLINES, type Deadlines } from './deadlines.ts'
import { loadKeys } from './keys.ts'
import { nodeListener } from './listen.ts'
import type { TaskflowModel } from './model.ts'
import { createPageServer } from './page-server.ts'
import {
  openApi,
  openClassic,
  openGateway,
  openIssuer,
  openLiteral,
  openMcp,
  type Shared,
} from './servers.ts'
import { createThief, type Thief } from './side-by-side/thief.ts'
import { createTrail, type Trail } from './trail.ts'
import { type SignInMode, type TaskflowUrls, thiefUrl } from './urls.ts'

/** Options of {@link createParts}. */
export interface PartsOptions {
  /** The URL where each part will listen. */
  readonly urls: TaskflowUrls
  /** The folder for keys, tasks and conversations. It must exist. */
  readonly dataDir: string
  readonly model: TaskflowModel
  readonly log: Log
  /** Where sign-ins are kept. Default `page`. */
  readonly signIn?: SignInMode
  /** Default: 3 seconds for the issuer, 6 for the API and 9 for MCP. */
  readonly deadlines?: Deadlines
  /** Is told when hops begin and end, for telemetry. Default: nobody is. */
  readonly observer?: Observer
}

/** The parts, each for a node:http server at its URL. */
export interface Parts {
  /** The page and the chat endpoint. */
  readonly web: RequestListener
  readonly mcp: RequestListener
  readonly gateway: RequestListener
  /** TaskFlow classic, the MCP server of the old kind. */
  readonly classic: RequestListener
  /** The server of the literal pattern, for the comparison. */
  readonly literal: RequestListener
  /** Collects what a fooled model sends. */
  readonly thief: RequestListener
  readonly api: RequestListener
  readonly issuer: RequestListener
  /** Closes the databases. No request may be under way. */
  close(): Promise<void>
}

/**
 * Makes the parts.
 *
 * @throws Error that says what to change when the data folder holds something other than TaskFlow's
 *   files. Nothing stays open then.
 */
export async function createParts(options: PartsOptions): Promise<Parts> {
  const shared = await loadShared(options)
  const closing: (() => unknown)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  const opened = <T extends { close(): unknown }>(part: T): T => {
    closing.push(() => part.close())
    return part
  }

  try {
    const issuer = opened(openIssuer(shared))
    const api = opened(await openApi(shared))
    const mcp = opened(openMcp(shared))
    const classic = opened(openClassic(shared))
    const literal = opened(openLiteral(shared))
    const thief = createThief(thiefUrl(options.urls), options.urls.api)
    const chat = opened(await openChat(options, shared, thief))
    const listener = (part: string, handler: (request: Request) => Promise<Response>) =>
      nodeListener(guardHandler(part, handler, options.log))
    return {
      web: webListener(chat, openPage(options), listener),
      mcp: listener('mcp', mcp.fetch),
      gateway: listener('gateway', openGateway(shared).fetch),
      classic: listener('classic', classic.fetch),
      literal: listener('literal', literal.fetch),
      thief: listener('thief', thief.fetch),
      api: listener('api', api.fetch),
      issuer: issuer.callback,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Loads the keys and makes what all servers share. Each audit event goes to the log and the trail.
 */
async function loadShared({
  urls,
  dataDir,
  log,
  deadlines = DEADLINES,
  observer,
}: PartsOptions): Promise<Shared & { readonly trail: Trail }> {
  const keys = await loadKeys(dataDir)
  const trail = createTrail()
  const logged = auditSink(log)
  return {
    urls,
    keys,
    dataDir,
    log,
    deadlines,
    trail,
    ...(observer ? { observer } : {}),
    fingerprintKey: new Uint8Array(keys.fingerprintKey),
    verifier: jwtVerifier({ issuer: urls.issuer, deadline: deadlines.issuer }),
    audit: {
      async record(event) {
        await logged.record(event)
        await trail.audit.record(event)
      },
    },
  }
}

function openChat(
  { model, signIn = 'page' }: PartsOptions,
  shared: Shared & { readonly trail: Trail },
  thief: Thief,
) {
  return createChat({
    ...shared,
    model,
    thief,
    signIn,
    database: join(shared.dataDir, 'chat.db'),
    attachments: join(shared.dataDir, 'attachments'),
  })
}

function openPage({
  urls,
  model,
  signIn = 'page',
}: PartsOptions): (request: Request) => Promise<Response> {
  return createPageServer({
    web: urls.web,
    issuer: urls.issuer,
    chatkit: urls.chatkit,
    api: urls.api,
    signIn,
    model: { description: model.description, standIn: model.standIn },
  })
}

/**
 * Gives `/chatkit` to the chat's own listener, which streams, and all else to the fetch handlers.
 */
function webListener(
  chat: Chat,
  page: (request: Request) => Promise<Response>,
  listener: (part: string, handler: (request: Request) => Promise<Response>) => RequestListener,
): RequestListener {
  const rest = listener('web', async (request) => (await chat.fetch(request)) ?? page(request))
  return (request, response) =>
    pathOf(request.url) === '/chatkit'
      ? void chat.listener(request, response)
      : rest(request, response)
}

/** Gives the path of a request's target, without the query. */
function pathOf(target = ''): string | undefined {
  return target.split('?', 1)[0]
}

/** The end of an address of TaskFlow classic, where the credential may be a piece of the path. */
const TOKEN_IN_PATH = /\/u\/[^/]+$/

/** Logs whatever a handler throws. The answer says nothing of the error itself. */
function guardHandler(
  part: string,
  handler: (request: Request) => Promise<Response>,
  log: Log,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await handler(request)
    } catch (error) {
      log.error('A request failed', {
        part,
        method: request.method,
        path: new URL(request.url).pathname.replace(TOKEN_IN_PATH, ''),
        error,
      })
      return Response.json(
        { code: 'internal', message: 'Something went wrong, and it was logged.' },
        { status: 500 },
      )
    }
  }
}
