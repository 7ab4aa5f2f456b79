// TaskFlow, whole: the authorization server, the API, the MCP server and the web server with page and chat, each on its own loopback port.

import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type AuditSink, createAuditor, createDoor } from 'onbehalf'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditSink, type Log } from 'onbehalf/log'
import { tokenExchanger } from 'onbehalf/oauth'
import { modelFromEnvironment } from 'onbehalf/openai-agents'
import { createApi } from './api/index.ts'
import { createChat } from './chat.ts'
import { mcpClient } from './clients.ts'
import { createIssuer } from './issuer/index.ts'
import { loadKeys } from './keys.ts'
import { type Listener, listen, nodeListener } from './listen.ts'
import { createTaskflowMcp } from './mcp/index.ts'
import { createPageServer } from './page-server.ts'
import { createTrail } from './trail.ts'
import { type TaskflowUrls, taskflowUrls } from './urls.ts'

/** Options of {@link startTaskflow}. */
export interface TaskflowOptions {
  /** The web port; the MCP server, the API and the issuer take the next three. */
  readonly port: number
  /** Where keys, tasks and conversations are kept. */
  readonly dataDir: string
  readonly log: Log
  /** Where the model's settings are read from. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A running TaskFlow. */
export interface Taskflow {
  readonly urls: TaskflowUrls
  /** What to tell people about the model. */
  readonly model: string
  /** Ends everything within a few seconds; what was acknowledged is on disk already. */
  close(): Promise<void>
}

/** Milliseconds that open requests get at the end. */
const GRACE = 2000

/**
 * Starts everything.
 *
 * @throws Error or TypeError that says what to change, when a port is taken or a setting is wrong; nothing is left running.
 */
export async function startTaskflow(options: TaskflowOptions): Promise<Taskflow> {
  const { dataDir, log } = options
  const urls = taskflowUrls(options.port)
  const model = modelFromEnvironment(options.env)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await chmod(dataDir, 0o700)
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
    await rm(join(dataDir, 'demo.json'), { force: true })
    // Listeners first, all at once, so that no request meets a closed database.
    for (const step of closing.splice(0).reverse()) await step()
  }

  try {
    const issuer = createIssuer({
      issuer: urls.issuer,
      web: urls.web,
      resources: { chat: urls.chatkit, mcp: urls.mcp, api: urls.api },
      keys,
      dataDir,
      onFailure: (error) => log.error('The issuer failed', { part: 'issuer', error }),
    })
    closing.push(() => issuer.close())
    const verifier = jwtVerifier({ issuer: urls.issuer })
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
      exchanger: tokenExchanger({ issuer: urls.issuer, ...mcpClient(keys) }),
      onError: (error, { tool }) => log.error('A tool went wrong', { part: 'mcp', error, ...(tool ? { operation: tool } : {}) }),
    })
    closing.push(() => mcp.close())
    const chat = await createChat({ urls, keys, audit, trail, model, log, database: join(dataDir, 'chat.db') })
    closing.push(() => chat.close())
    const page = createPageServer({
      web: urls.web,
      issuer: urls.issuer,
      chatkit: urls.chatkit,
      api: urls.api,
      model: { description: model.description, standIn: model.standIn },
    })

    const listeners: Listener[] = []
    closing.push(() => Promise.all(listeners.map((listener) => listener.close(GRACE))))
    const safely = (part: string, handler: (request: Request) => Promise<Response>) => nodeListener(guarded(part, handler, log))
    listeners.push(await listen(Number(new URL(urls.issuer).port), issuer.callback))
    listeners.push(await listen(Number(new URL(urls.api).port), safely('api', api.fetch)))
    listeners.push(await listen(Number(new URL(urls.mcp).port), safely('mcp', mcp.fetch)))
    listeners.push(
      await listen(
        Number(new URL(urls.web).port),
        safely('web', async (request) => (await chat.fetch(request)) ?? page(request)),
      ),
    )
    await writeWhole(join(dataDir, 'demo.json'), JSON.stringify(urls))
  } catch (error) {
    await close()
    throw error
  }
  return { urls, model: model.description, close }
}

/** The last net: whatever a handler throws is logged by name and answered without a word of it. */
function guarded(
  part: string,
  handler: (request: Request) => Promise<Response>,
  log: Log,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await handler(request)
    } catch (error) {
      log.error('A request failed', { part, method: request.method, path: new URL(request.url).pathname, error })
      return Response.json({ code: 'internal', message: 'Something went wrong, and it was logged.' }, { status: 500 })
    }
  }
}

/** Whoever reads the file sees it whole or not at all. */
async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}
