// TaskFlow's chat endpoint: the door, the agent with the tools of an MCP server, the ChatKit wire,
// and what the page shows of a run.

import { type AuditSink, type Caller, createOnBehalf, type Observer, type OnBehalf } from 'onbehalf'
import {
  type AgentChat,
  type AnswerEvent,
  agentChat,
  type ChatkitServer,
  chatkitServer,
  memoryRateLimit,
} from 'onbehalf/chatkit'
import { jwtVerifier } from 'onbehalf/jwt'
import type { Log } from 'onbehalf/log'
import { tokenExchanger } from 'onbehalf/oauth'
import { personOf, runAgent } from 'onbehalf/openai-agents'
import { childProcesses } from 'onbehalf/stdio'
import {
  diskAttachments,
  openSqlite,
  type SqliteDatabase,
  sqliteReflectionMarks,
  sqliteRunStore,
  sqliteThreadStore,
  sqliteToolPins,
} from 'onbehalf/store'
import { createBehind } from './behind.ts'
import { chatClient, literalClient, type OAuthClient, webClient } from './clients.ts'
import type { Deadlines } from './deadlines.ts'
import { describeCall } from './describe-call.ts'
import { instructionsFor, needsApproval } from './instructions.ts'
import { keptSignIns } from './kept-sign-ins.ts'
import type { TaskflowKeys } from './keys.ts'
import type { TaskflowModel } from './model.ts'
import { createOwnTasks } from './own-tasks.ts'
import { boundServers, serverFor } from './placements.ts'
import { createSideBySide } from './side-by-side/index.ts'
import type { Thief } from './side-by-side/thief.ts'
import type { Trail } from './trail.ts'
import type { SignInMode, TaskflowUrls } from './urls.ts'

/** Options of {@link createChat}. */
export interface ChatOptions {
  readonly urls: TaskflowUrls
  readonly keys: TaskflowKeys
  readonly audit: AuditSink
  readonly observer?: Observer
  readonly trail: Trail
  readonly model: TaskflowModel
  readonly thief: Thief
  /** Where sign-ins are kept. */
  readonly signIn: SignInMode
  readonly log: Log
  readonly deadlines: Pick<Deadlines, 'issuer' | 'mcp'>
  /** The data folder. */
  readonly dataDir: string
  /** File of the conversations, and of the sign-ins that the server keeps. */
  readonly database: string
  /** Folder of what people attach. */
  readonly attachments: string
}

/** The chat endpoint and what belongs to it. */
export interface Chat {
  /** Answers `/chatkit`. */
  readonly listener: ChatkitServer['listener']
  /**
   * Answers its metadata, `/attachments/…`, and what the page asks behind an answer and for the
   * comparison; undefined for any other path.
   */
  fetch(request: Request): Promise<Response | undefined>
  /** Ends the answers under way, and closes the database. */
  close(): Promise<void>
}

/** Opens the database and makes the chat endpoint. */
export async function createChat(options: ChatOptions): Promise<Chat> {
  const { urls, keys, trail, deadlines } = options
  const database = openSqlite(options.database)
  const verifier = jwtVerifier({ issuer: urls.issuer, deadline: deadlines.issuer })
  const fingerprintKey = new Uint8Array(keys.fingerprintKey)
  const exchangerFor = (client: OAuthClient) =>
    tokenExchanger({ issuer: urls.issuer, ...client, deadline: deadlines.issuer })
  const session =
    options.signIn === 'session'
      ? keptSignIns({ ...options, database, deadline: deadlines.issuer })
      : undefined
  const door = {
    authorizationServers: [urls.issuer],
    verifier,
    audit: options.audit,
    ...(options.observer ? { observer: options.observer } : {}),
    fingerprintKey,
    deadline: deadlines.mcp,
    ...(session ? { session } : {}),
  }
  const processes = childProcesses({
    log: ({ kind, text }) =>
      options.log[kind === 'stderr' ? 'warn' : 'debug'](text, { part: 'stdio' }),
  })
  const onbehalf = createOnBehalf({
    ...door,
    processes,
    resource: urls.chatkit,
    exchanger: exchangerFor(await chatClient(keys)),
    servers: boundServers(urls),
    subjectHeader: 'x-user-id',
    reflectionMarks: sqliteReflectionMarks(database),
    toolPins: sqliteToolPins(database),
  })
  const { chatkit, attachments } = serveChat(options, onbehalf, database)
  // The comparison takes the person's token from the page, and a page with a cookie has none.
  const forThePage = session
    ? [session.handle, createOwnTasks(urls, { ...door, exchanger: exchangerFor(webClient(keys)) })]
    : [
        createSideBySide({
          ...options,
          onbehalf,
          verifier,
          fingerprintKey,
          exchanger: exchangerFor(literalClient(keys)),
          model: options.model.compared,
          issuerKey: keys.issuerKey,
        }),
      ]
  const handlers = [...forThePage, createBehind(onbehalf, trail), attachments.fetch]

  return {
    listener: chatkit.listener,
    async fetch(request) {
      for (const handler of handlers) {
        const response = await handler(request)
        if (response) return response
      }
      return onbehalf.metadata(request)
    },
    async close() {
      await chatkit.close()
      await processes.close()
      database.close()
    },
  }
}

/** The ChatKit server over the database, and what people attach. */
function serveChat(options: ChatOptions, onbehalf: OnBehalf, database: SqliteDatabase) {
  const { urls, keys, log } = options
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
  return { chatkit, attachments }
}

/** The agent: one run for one message, and a question to the person before anything is deleted. */
function answering({ urls, trail, model, deadlines }: ChatOptions): AgentChat<Caller> {
  const agent = agentChat<Caller>({
    stepDetails: true,
    person: (caller) => personOf(caller.principal, caller.token.claims),
    approvals: needsApproval,
    describeCall: (call, { caller }) => describeCall(call, caller, urls),
    async *run(request, { caller, metadata }) {
      const { principal, trace } = caller
      const { placement, ...server } = serverFor(metadata.placement, urls)
      const promptValues =
        placement === 'prompt' ? await caller.promptValues(server.name) : undefined
      yield* runAgent({
        ...request,
        caller,
        servers: [{ ...server, required: true }],
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
  /** Notes which items belong to the answer, so that the page finds its trail again. */
  async function* noting(
    events: AsyncIterable<AnswerEvent>,
    thread: string,
    { principal, trace }: Caller,
  ): AsyncGenerator<AnswerEvent, void, undefined> {
    for await (const event of events) {
      if ('item' in event) trail.answered(principal, trace, thread, event.item.id)
      yield event
    }
  }
  return {
    ...agent,
    respond: (thread, message, context) =>
      noting(agent.respond(thread, message, context), thread.id, context.caller),
    action: (thread, action, sender, context) =>
      noting(agent.action(thread, action, sender, context), thread.id, context.caller),
  }
}
