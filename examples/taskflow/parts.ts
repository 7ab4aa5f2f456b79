// TaskFlow's five parts, connected to each other. Each is ready for a listener on its own port;
// this file opens no port.

import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { type AuditSink, createAuditor, createDoor } from 'onbehalf'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditSink, type Log } from 'onbehalf/log'
import { tokenExchanger } from 'onbehalf/oauth'
import { createApi } from './api/index.ts'
import { createChat } from './chat.ts'
import { classicClient, mcpClient } from './clients.ts'
import { DEADLINES, type Deadlines } from './deadlines.ts'
import { createIssuer } from './issuer/index.ts'
import { loadKeys } from './keys.ts'
import { createTaskflowClassic } from './legacy/index.ts'
import { nodeListener } from './listen.ts'
import { createTaskflowMcp } from './mcp/index.ts'
import type { TaskflowModel } from './model.ts'
import { createPageServer } from './page-server.ts'
import { createTrail } from './trail.ts'
import { classicUrl, type TaskflowUrls } from './urls.ts'

/** Options of {@link createParts}. */
export interface PartsOptions {
  /** Where each part is going to listen. */
  readonly urls: TaskflowUrls
  /** The folder for keys, tasks and conversations. It must exist. */
  readonly dataDir: string
  readonly model: TaskflowModel
  readonly log: Log
  /** Default 3, 6 and 9 seconds. */
  readonly deadlines?: Deadlines
}

/** The parts, each for a node:http server at its URL. */
export interface Parts {
  /** The page and the chat endpoint. */
  readonly web: RequestListener
  readonly mcp: RequestListener
  /** TaskFlow classic, the MCP server of the old kind. */
  readonly classic: RequestListener
  readonly api: RequestListener
  readonly issuer: RequestListener
  /** Closes the databases. No request may be under way. */
  close(): Promise<void>
}

/**
 * Makes the parts.
 *
 * @throws Error that says what to change, when the data folder holds something else than TaskFlow's
 *   files; nothing is left open.
 */
export async function createParts({
  urls,
  dataDir,
  model,
  log,
  deadlines = DEADLINES,
}: PartsOptions): Promise<Parts> {
  const keys = await loadKeys(dataDir)
  const fingerprintKey = new Uint8Array(keys.fingerprintKey)
  const trail = createTrail()
  const logged = auditSink(log)
  const audit: AuditSink = {
    async record(event) {
      await logged.record(event)
      await trail.audit.record(event)
    },
  }
  const closing: (() => unknown)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }

  try {
    const issuer = createIssuer({
      issuer: urls.issuer,
      web: urls.web,
      resources: { chat: urls.chatkit, mcp: urls.mcp, classic: classicUrl(urls), api: urls.api },
      keys,
      dataDir,
      onFailure: (error) => log.error('The issuer failed', { part: 'issuer', error }),
    })
    closing.push(() => issuer.close())
    const verifier = jwtVerifier({ issuer: urls.issuer, deadline: deadlines.issuer })
    const api = await createApi({
      authorizationServer: urls.issuer,
      door: createDoor({
        resource: urls.api,
        verifier,
        auditor: createAuditor(audit, { fingerprintKey }),
        hop: 'server-door',
        scopesSupported: ['tasks:read', 'tasks:write'],
      }),
      database: join(dataDir, 'tasks.db'),
      allowedOrigins: [urls.web],
      onError: (error) => log.error('An API request failed', { part: 'api', error }),
    })
    closing.push(() => api.close())
    const mcp = createTaskflowMcp({
      resource: urls.mcp,
      api: urls.api,
      authorizationServers: [urls.issuer],
      verifier,
      audit,
      fingerprintKey,
      exchanger: tokenExchanger({
        issuer: urls.issuer,
        ...mcpClient(keys),
        deadline: deadlines.issuer,
      }),
      deadline: deadlines.api,
      onError: (error, { tool }) =>
        log.error('A tool went wrong', {
          part: 'mcp',
          error,
          ...(tool ? { operation: tool } : {}),
        }),
    })
    closing.push(() => mcp.close())
    const classic = createTaskflowClassic({
      resource: classicUrl(urls),
      api: urls.api,
      verifier,
      audit,
      fingerprintKey,
      exchanger: tokenExchanger({
        issuer: urls.issuer,
        ...classicClient(keys),
        deadline: deadlines.issuer,
      }),
      deadline: deadlines.api,
      onError: (error, tool) =>
        log.error('A tool went wrong', {
          part: 'classic',
          error,
          ...(tool ? { operation: tool } : {}),
        }),
    })
    closing.push(() => classic.close())
    const kept = { database: join(dataDir, 'chat.db'), attachments: join(dataDir, 'attachments') }
    const chat = await createChat({ urls, keys, audit, trail, model, log, deadlines, ...kept })
    closing.push(() => chat.close())
    const page = createPageServer({
      web: urls.web,
      issuer: urls.issuer,
      chatkit: urls.chatkit,
      api: urls.api,
      model: { description: model.description, standIn: model.standIn },
    })
    const safely = (part: string, handler: (request: Request) => Promise<Response>) =>
      nodeListener(guardHandler(part, handler, log))
    const rest = safely('web', async (request) => (await chat.fetch(request)) ?? page(request))
    return {
      web: (request, response) =>
        pathOf(request.url) === '/chatkit'
          ? void chat.listener(request, response)
          : rest(request, response),
      mcp: safely('mcp', mcp.fetch),
      classic: safely('classic', classic.fetch),
      api: safely('api', api.fetch),
      issuer: issuer.callback,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The path of a request's target, without its query. */
function pathOf(target = ''): string | undefined {
  return target.split('?', 1)[0]
}

/** Logs whatever a handler throws, and answers without a word of the error. */
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
        path: new URL(request.url).pathname,
        error,
      })
      return Response.json(
        { code: 'internal', message: 'Something went wrong, and it was logged.' },
        { status: 500 },
      )
    }
  }
}
