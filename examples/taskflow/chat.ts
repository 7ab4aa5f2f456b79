// TaskFlow's chat endpoint: the door, the agent with the tools of an MCP server, the ChatKit wire,
// and what the page shows of a run.

import { type AuditSink, type Caller, createOnBehalf, type OnBehalf } from 'onbehalf'
import {
  type AgentChat,
  agentChat,
  type ChatkitServer,
  chatkitServer,
  memoryRateLimit,
} from 'onbehalf/chatkit'
import { jwtVerifier } from 'onbehalf/jwt'
import type { Log } from 'onbehalf/log'
import { tokenExchanger } from 'onbehalf/oauth'
import { personOf, runAgent } from 'onbehalf/openai-agents'
import {
  diskAttachments,
  openSqlite,
  sqliteReflectionMarks,
  sqliteRunStore,
  sqliteThreadStore,
  sqliteToolPins,
} from 'onbehalf/store'
import { chatClient, literalClient } from './clients.ts'
import type { Deadlines } from './deadlines.ts'
import { instructionsFor, needsApproval } from './instructions.ts'
import type { TaskflowKeys } from './keys.ts'
import type { TaskflowModel } from './model.ts'
import { boundServers, serverFor } from './placements.ts'
import { createSideBySide } from './side-by-side/index.ts'
import type { Thief } from './side-by-side/thief.ts'
import type { Trail } from './trail.ts'
import type { TaskflowUrls } from './urls.ts'

/** Options of {@link createChat}. */
export interface ChatOptions {
  readonly urls: TaskflowUrls
  readonly keys: TaskflowKeys
  readonly audit: AuditSink
  readonly trail: Trail
  readonly model: TaskflowModel
  readonly thief: Thief
  readonly log: Log
  readonly deadlines: Pick<Deadlines, 'issuer' | 'mcp'>
  /** File of the conversations. */
  readonly database: string
  /** Folder of what people attach. */
  readonly attachments: string
}

/** The chat endpoint and what belongs to it. */
export interface Chat {
  /** Answers `/chatkit`. */
  readonly listener: ChatkitServer['listener']
  /**
   * Answers its metadata, `/attachments/…`, `/sign-out`, `/trail/…`, `/model-requests/…` and what the
   * comparison asks; undefined for any other path.
   */
  fetch(request: Request): Promise<Response | undefined>
  /** Ends the answers under way, and closes the database. */
  close(): Promise<void>
}

/** Opens the database and makes the chat endpoint. */
export async function createChat(options: ChatOptions): Promise<Chat> {
  const { urls, keys, trail, log, deadlines } = options
  const database = openSqlite(options.database)
  const verifier = jwtVerifier({ issuer: urls.issuer, deadline: deadlines.issuer })
  const fingerprintKey = new Uint8Array(keys.fingerprintKey)
  const onbehalf = createOnBehalf({
    resource: urls.chatkit,
    authorizationServers: [urls.issuer],
    verifier,
    exchanger: tokenExchanger({
      issuer: urls.issuer,
      ...(await chatClient(keys)),
      deadline: deadlines.issuer,
    }),
    servers: boundServers(urls),
    audit: options.audit,
    fingerprintKey,
    subjectHeader: 'x-user-id',
    deadline: deadlines.mcp,
    reflectionMarks: sqliteReflectionMarks(database),
    toolPins: sqliteToolPins(database),
  })
  const store = sqliteThreadStore(database)
  const attachments = diskAttachments<Caller>(options.attachments, {
    store,
    url: new URL('/attachments', urls.web).href,
    key: keys.attachmentKey,
    limits: { personBytes: 100_000_000 },
    onError: (error) => log.error('An attachment went wrong', { part: 'web', error }),
  })
  const chatkit = chatkitServer<Caller>({
    admit: onbehalf.admit,
    store,
    attachments,
    runs: sqliteRunStore(database),
    ...answering(options),
    // Wide limits, because this is a demonstration. Your own app should keep the defaults.
    rateLimit: memoryRateLimit({
      runs: { most: 1000, per: 60 },
      requests: { most: 10_000, per: 60 },
    }),
    limits: { runs: 100, streams: 1000 },
    onError: (error, place) =>
      log.error('A chat request went wrong', {
        part: 'web',
        error,
        ...(place.type ? { operation: place.type } : {}),
      }),
  })
  const sideBySide = createSideBySide({
    ...options,
    onbehalf,
    verifier,
    fingerprintKey,
    exchanger: tokenExchanger({
      issuer: urls.issuer,
      ...literalClient(keys),
      deadline: deadlines.issuer,
    }),
    model: options.model.compared,
    issuerKey: keys.issuerKey,
  })

  return {
    listener: chatkit.listener,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/sign-out') return signOut(request, onbehalf)
      const [, kind, trace, ...more] = pathname.split('/')
      if ((kind === 'trail' || kind === 'model-requests') && trace && more.length === 0)
        return showTrail(request, onbehalf, trail, kind, trace)
      return (
        (await sideBySide(request)) ??
        (await attachments.fetch(request)) ??
        onbehalf.metadata(request)
      )
    },
    async close() {
      await chatkit.close()
      database.close()
    },
  }
}

/** The agent: one run for one message, and a question to the person before anything is deleted. */
function answering({ urls, trail, model, deadlines }: ChatOptions): AgentChat<Caller> {
  return agentChat<Caller>({
    stepDetails: true,
    person: (caller) => personOf(caller.principal, caller.token.claims),
    approvals: needsApproval,
    async *run(request, { caller, metadata }) {
      const { principal, trace } = caller
      const server = serverFor(metadata.placement, urls)
      const { name, url, scopes, placement } = server
      const promptValues = placement === 'prompt' ? await caller.promptValues(name) : undefined
      yield* runAgent({
        ...request,
        caller,
        servers: [{ name, url, scopes, required: true }],
        model: model.model,
        instructions: instructionsFor(caller, promptValues),
        ...(promptValues ? { promptValues } : {}),
        // Later than the fetch, which knows why there is no answer. If the framework gave up first,
        // it would look as if the person had stopped the run.
        timeouts: { server: 2 * deadlines.mcp },
        onModelRequest: (asked) => trail.modelRequest(principal, trace, asked),
      })
    },
  })
}

/**
 * The person signs out: everything under way in their name ends now. The issuer ends the sign-in
 * itself.
 */
async function signOut(request: Request, onbehalf: OnBehalf): Promise<Response> {
  if (request.method !== 'POST')
    return new Response(null, { status: 405, headers: { allow: 'POST' } })
  const admission = await onbehalf.admit(request)
  if (!admission.ok) return admission.response
  await admission.value.end()
  onbehalf.revoke(admission.value.principal)
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
}

/**
 * What the page shows beside an answer: its hops, or what the model got. People see only their own.
 */
async function showTrail(
  request: Request,
  onbehalf: OnBehalf,
  trail: Trail,
  kind: 'trail' | 'model-requests',
  trace: string,
): Promise<Response> {
  if (request.method !== 'GET')
    return new Response(null, { status: 405, headers: { allow: 'GET' } })
  const admission = await onbehalf.admit(request)
  if (!admission.ok) return admission.response
  const { principal } = admission.value
  await admission.value.end()
  const body =
    kind === 'trail'
      ? { events: trail.events(principal, trace) }
      : { requests: trail.requests(principal, trace) }
  return Response.json(body, { headers: { 'cache-control': 'no-store' } })
}
