// The ChatKit server: a request comes in; a refusal, a JSON answer or a stream goes out. A request
// is refused before its first event, or not at all.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import {
  hasMethods,
  isFunction,
  isList,
  isNumber,
  isThreadStore,
  type ValueChecks,
} from '../core/option-values.ts'
import { Heartbeats } from './http/heartbeats.ts'
import { answerNode } from './http/node-reply.ts'
import { openStreams } from './http/open-streams.ts'
import { memoryRateLimit } from './http/rate-limit.ts'
import { type Reply, replyRefusing } from './http/reply.ts'
import { toResponse } from './http/web-reply.ts'
import type { ChatCaller, ChatkitServerOptions, ErrorPlace } from './options.ts'
import { randomId } from './protocol/id.ts'
import { type ChatkitLimits, DEFAULT_LIMITS } from './protocol/limits.ts'
import { METHOD_NOT_ALLOWED, UNAVAILABLE } from './protocol/refusal.ts'
import { answerRequest, type RequestPlace, type RequestServer } from './requests/answer-request.ts'
import { memoryRunStore } from './runs/memory-run-store.ts'
import { createRuns } from './runs/runs.ts'

/** A ChatKit endpoint. */
export interface ChatkitServer {
  /** Answers a request. */
  fetch(request: Request): Promise<Response>
  /** The same for node:http, where an event costs little more than writing it does. */
  listener(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Ends the runs of this process; what they wrote is kept. Call it when the process ends. */
  close(): Promise<void>
}

/** Every option of the factory. A new one does not compile until it is here. */
const CHATKIT_SERVER_OPTIONS: OptionNames<ChatkitServerOptions<ChatCaller>> = {
  admit: 'required',
  store: 'required',
  respond: 'required',
  contextHeaders: 'optional',
  action: 'optional',
  titleOf: 'optional',
  syncAction: 'optional',
  feedback: 'optional',
  transcribe: 'optional',
  attachments: 'optional',
  runs: 'optional',
  rateLimit: 'optional',
  limits: 'optional',
  allowCancel: 'optional',
  deadline: 'optional',
  lease: 'optional',
  heartbeat: 'optional',
  signInWait: 'optional',
  now: 'optional',
  newId: 'optional',
  onError: 'optional',
}

const RATE_LIMIT = hasMethods(['take'], "memoryRateLimit() of onbehalf/chatkit, or 'none'")

const CHATKIT_SERVER_VALUES: ValueChecks = {
  store: isThreadStore,
  respond: isFunction('an async generator of events, such as the respond of agentChat(…)'),
  contextHeaders: isList("['X-Page-URL']"),
  action: isFunction('an async generator of events, such as the action of agentChat(…)'),
  titleOf: isFunction('it gives the title of a new thread, such as the titleOf of agentChat(…)'),
  syncAction: isFunction('it gives the changed item'),
  feedback: isFunction('it is told of the feedback'),
  transcribe: isFunction('it gives the text of a recording'),
  attachments: hasMethods(['create', 'remove'], 'diskAttachments of onbehalf/store makes one'),
  runs: hasMethods(['begin', 'append', 'end'], 'sqliteRunStore of onbehalf/store makes one'),
  rateLimit: (value) => (value === 'none' ? undefined : RATE_LIMIT(value)),
  heartbeat: (value) => (value === 'none' ? undefined : isNumber(value)),
  newId: isFunction('it makes an id for a prefix'),
}

const LIMITS: OptionNames<Partial<ChatkitLimits>> = {
  bodyBytes: 'optional',
  audioBytes: 'optional',
  textLength: 'optional',
  titleLength: 'optional',
  logLength: 'optional',
  runs: 'optional',
  streams: 'optional',
}

/**
 * Makes a ChatKit endpoint. It refuses in this order: method, credential, rate, media type, size,
 * JSON, ownership, state. In one thread one answer is written at a time; a message that comes
 * meanwhile is refused with 409.
 *
 * @throws TypeError for a limit or a time that is not a positive number.
 *
 * @example
 * ```ts
 * const chatkit = chatkitServer({
 *   admit: onbehalf.admit,
 *   store: sqliteThreadStore(openSqlite('chat.db')),
 *   async *respond(thread, userMessage, context) {
 *     yield* agentResponse(events(historyOf(await context.history())), context)
 *   },
 * })
 * const response = await chatkit.fetch(request)
 * ```
 */
export function chatkitServer<C extends ChatCaller>(
  options: ChatkitServerOptions<C>,
): ChatkitServer {
  checkOptions('chatkitServer', '', options, CHATKIT_SERVER_OPTIONS, CHATKIT_SERVER_VALUES)
  if (options.limits !== undefined) checkOptions('chatkitServer', 'limits', options.limits, LIMITS)
  const { admit, deadline = DEADLINE_MS } = options
  const server = serverOf(options)
  const { runs, report } = server
  const answer = (request: Request) => admitAndAnswer(request, admit, server)
  const heartbeatMs = heartbeatOf(options)
  const terms = { heartbeatMs, deadlineMs: deadline }
  const node = {
    heartbeats: heartbeatMs === undefined ? undefined : new Heartbeats(heartbeatMs),
    deadlineMs: deadline,
    answer,
    report: (error: unknown) => report(error, {}),
  }
  return {
    fetch: async (request) => toResponse(await answer(request), request, terms),
    listener: (incoming, response) => answerNode(incoming, response, node),
    close: () => runs.close(),
  }
}

/** Milliseconds that one answer may take, if the app does not say. */
const DEADLINE_MS = 300_000

/** Proxies cut streams that are quiet for half a minute or more. */
const HEARTBEAT_MS = 15_000

function heartbeatOf<C extends ChatCaller>({
  heartbeat = HEARTBEAT_MS,
}: ChatkitServerOptions<C>): number | undefined {
  return heartbeat === 'none' ? undefined : heartbeat
}

/** Checks the options, and makes what all requests share. */
function serverOf<C extends ChatCaller>(options: ChatkitServerOptions<C>): RequestServer<C> {
  const {
    deadline = DEADLINE_MS,
    lease = 5000,
    signInWait = 30_000,
    now = Date.now,
    newId = randomId,
    rateLimit,
    onError,
  } = options
  const limits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits })
  checkPositive({
    ...limits,
    deadline,
    lease,
    signInWait,
    heartbeat: heartbeatOf(options) ?? HEARTBEAT_MS,
  })
  const report = reportTo(onError)
  const runStore = options.runs ?? memoryRunStore()
  const runs = createRuns({
    store: runStore,
    beginInNew: runStore.joint?.(options.store),
    now,
    newId,
    leaseMs: lease,
    deadlineMs: deadline,
    signInWaitMs: signInWait,
    maxRuns: limits.runs,
    maxLogChars: limits.logLength,
    onError: (error, threadId) => report(error, { threadId }),
  })
  return {
    ...options,
    runs,
    limits,
    now,
    newId,
    report,
    rateLimit: rateLimit === 'none' ? undefined : (rateLimit ?? memoryRateLimit()),
    streams: openStreams(limits.streams),
    contextHeaders: headerNames(options.contextHeaders ?? []),
    maxBodyBytes: options.transcribe ? maxBytesOfRecordings(limits) : limits.bodyBytes,
  }
}

/** Headers that carry credentials: no function of the app gets them. */
const SECRET_HEADERS = /^(?:(?:proxy-)?authorization|cookie|dpop|.*(?:token|secret|api-?key).*)$/

function headerNames(given: readonly string[]): readonly string[] {
  return given.map((name) => {
    const lower = String(name).toLowerCase()
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(lower))
      throw new TypeError('contextHeaders must be names of headers')
    if (SECRET_HEADERS.test(lower))
      throw new TypeError(
        `contextHeaders: ${lower} carries a credential, which nobody but the door reads`,
      )
    return lower
  })
}

function checkPositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(Number.isFinite(value) && value > 0))
      throw new TypeError(`${name} must be a positive number`)
  }
}

/** Base64 is a third longer than the bytes that it stands for. */
function maxBytesOfRecordings({ bodyBytes, audioBytes }: ChatkitLimits): number {
  return Math.max(bodyBytes, Math.ceil(audioBytes / 3) * 4 + 4096)
}

/** Tells the app's log of everything unexpected. A log that fails must not change the answer. */
function reportTo(
  onError: ((error: unknown, place: ErrorPlace) => void) | undefined,
): (error: unknown, place: ErrorPlace) => void {
  return (error, place) => {
    try {
      onError?.(error, place)
    } catch {}
  }
}

async function admitAndAnswer<C extends ChatCaller>(
  request: Request,
  admit: ChatkitServerOptions<C>['admit'],
  server: RequestServer<C>,
): Promise<Reply> {
  if (request.method !== 'POST') return replyRefusing(METHOD_NOT_ALLOWED)
  const { report } = server
  const place: RequestPlace = {}
  let caller: C | undefined
  try {
    const admission = await admit(request)
    if (!admission.ok) return { kind: 'door', response: admission.response }
    caller = admission.value
    const reply = await answerRequest(caller, request, place, server)
    // From here on the run ends the caller.
    if (reply.kind !== 'door' && reply.endsCaller) caller = undefined
    return reply
  } catch (error) {
    report(error, { ...place, ...(caller ? { principal: caller.principal } : {}) })
    return replyRefusing(UNAVAILABLE)
  } finally {
    await caller?.end().catch((error) => report(error, place))
  }
}
