// onbehalf/ag-ui: the run of an agent as events of AG-UI, for CopilotKit and other clients of that
// protocol. It imports nothing of them.

import type { ApprovalPolicy } from '../../agent/approval.ts'
import type { AgentEvent, ResumedRun } from '../../agent/events.ts'
import { canCall, heldCaller } from '../../agent/hold/held-caller.ts'
import { heldRun } from '../../agent/hold/held-run.ts'
import { refusingCalls } from '../../agent/hold/hold.ts'
import type { AgentTurn, ClientTool } from '../../agent/turn.ts'
import { BODY_TAKEN, type BodyProblem, readBytes } from '../../core/http/bounded-body.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { hasMethods, isFunction, type ValueChecks } from '../../core/option-values.ts'
import type { Principal } from '../../core/principal.ts'
import { sentenceFor, toError } from '../../core/sentences.ts'
import { sentenceOf, type Waiting, waitingRuns } from './interrupt.ts'
import type { PausedRuns } from './paused-runs.ts'
import { type AgUiInput, readInput } from './read-input.ts'
import { type AgUiEvent, agUiEvents, writtenRun } from './write-events.ts'

export { memoryPausedRuns, type PausedRun, type PausedRuns } from './paused-runs.ts'
export { type AgUiEvent, agUiEvents } from './write-events.ts'

/** What a run is given. */
export interface AgUiRunRequest {
  /** The conversation as the page keeps it, oldest turn first. */
  readonly input: readonly AgentTurn[]
  /** Tools that the page runs (`useFrontendTool`). */
  readonly clientTools: readonly ClientTool[]
  /** So that the page gets what tools answered. */
  readonly toolResults: true
  /** Aborts when the page has gone. */
  readonly signal: AbortSignal
  /** With `pausedRuns`: which calls wait, for a run that asks the person itself, as `runAgent` does. */
  readonly approvals?: ApprovalPolicy
  /** With `pausedRuns`: what such a run goes on with. */
  readonly resume?: ResumedRun
}

/** Options of {@link agUiResponse}. */
export interface AgUiOptions<C extends object> {
  /** Runs the agent for the caller that it is given. */
  readonly run: (request: AgUiRunRequest, caller: C) => AsyncIterable<AgentEvent>
  /** Which calls need the person's approval. Default `destructive`. */
  readonly approvals?: ApprovalPolicy
  /**
   * Where runs wait for an approval, as `memoryPausedRuns()`, made once for the app. Default: nobody can
   * be asked, such calls are not made, and the model is told.
   */
  readonly pausedRuns?: PausedRuns
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

const AG_UI_OPTIONS: OptionNames<AgUiOptions<object>> = {
  run: 'required',
  approvals: 'optional',
  pausedRuns: 'optional',
  now: 'optional',
}

const AG_UI_VALUES: ValueChecks = {
  run: isFunction('it runs the agent, such as (request, caller) => runAgent({ … })'),
  pausedRuns: hasMethods(['put', 'get', 'take'], 'memoryPausedRuns()'),
}

/**
 * Answers a request of a client of AG-UI (`HttpAgent`). Put it inside `onbehalf.handle`: the door stands in
 * front of it, and the caller ends with the stream.
 *
 * With `pausedRuns`, a run whose call needs an approval ends with an interrupt (AG-UI, Interrupts). The
 * client's next run has the answer in `resume`. The call is then made as it was shown, once, and only
 * for the person who was asked, within 15 minutes.
 *
 * @returns A stream of events; 400 for a body that is no input of a run, 413 for one of more than 4
 *   MiB, 408 for one that does not come within 30 seconds.
 * @throws TypeError for options that cannot work.
 *
 * @example
 * ```ts
 * export const POST = (request: Request) =>
 *   onbehalf.handle(request, (caller) => agUiResponse(request, caller, { run, pausedRuns }))
 * ```
 */
export async function agUiResponse<C extends object>(
  request: Request,
  caller: C,
  options: AgUiOptions<C>,
): Promise<Response> {
  checkOptions('agUiResponse', '', options, AG_UI_OPTIONS, AG_UI_VALUES)
  const { pausedRuns, now = Date.now } = options
  if (pausedRuns && !hasPrincipal(caller))
    throw new TypeError('agUiResponse: pausedRuns needs a caller that names its principal')
  const read = await readBytes(request, { maxBytes: MAX_BODY_BYTES, deadlineMs: BODY_DEADLINE_MS })
  if (!read.ok) return answerToBody(read.refusal)
  const asked = readInput(read.value)
  if (!asked) return Response.json({ error: 'This is no input of an AG-UI run.' }, { status: 400 })
  const ended = new AbortController()
  const signal = AbortSignal.any([request.signal, ended.signal])
  const { threadId } = asked
  const waiting =
    pausedRuns && hasPrincipal(caller)
      ? waitingRuns(pausedRuns, { owner: caller.principal, threadId, now })
      : undefined
  const events = waiting
    ? waitingEvents(asked, signal, caller, waiting, options)
    : refusingEvents(asked, signal, caller, options)
  return streamOf(events, () => ended.abort())
}

/** A run whose calls may wait for the person, between this request and the next. */
async function* waitingEvents<C extends object>(
  { threadId, runId, input: sent, clientTools, resume: answers }: AgUiInput,
  signal: AbortSignal,
  caller: C,
  waiting: Waiting,
  { run, approvals = 'destructive' }: AgUiOptions<C>,
): AsyncGenerator<AgUiEvent, void, undefined> {
  const continued = await waiting.continued(answers).catch(toError)
  if (typeof continued === 'string' || continued instanceof Error) {
    const message = typeof continued === 'string' ? sentenceOf(continued) : sentenceFor(continued)
    yield { type: 'RUN_STARTED', threadId, runId }
    yield { type: 'RUN_ERROR', message }
    return
  }
  const { input = sent, resume, shown } = continued ?? {}
  const request = { input, clientTools, signal, approvals, toolResults: true as const }
  const events = heldRun(resume ? { ...request, resume } : request, caller, run)
  yield* writtenRun(
    events,
    { threadId, runId },
    {
      pause: (needed, ids) => waiting.pause(input, needed, ids),
      ...(shown ? { before: shown } : {}),
      ...(resume && !resume.approved && shown ? { declined: [...shown.values()] } : {}),
    },
  )
}

/** A run whose calls are not made where they need an approval. */
function refusingEvents<C extends object>(
  { threadId, runId, input, clientTools }: AgUiInput,
  signal: AbortSignal,
  caller: C,
  { run, approvals: policy = 'destructive' }: AgUiOptions<C>,
): AsyncGenerator<AgUiEvent, void, undefined> {
  const held = canCall(caller)
    ? heldCaller(caller, { policy, hold: refusingCalls(), onRefused: () => {} })
    : caller
  return agUiEvents(run({ input, clientTools, signal, toolResults: true }, held), {
    threadId,
    runId,
  })
}

function hasPrincipal<C extends object>(
  caller: C,
): caller is C & { readonly principal: Principal } {
  return 'principal' in caller && typeof caller.principal === 'object' && caller.principal !== null
}

/** The events as they come. */
function streamOf(events: AsyncGenerator<AgUiEvent, void, undefined>, end: () => void): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await events.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`))
    },
    async cancel() {
      end()
      await events.return()
    },
  })
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
  return new Response(body, { headers })
}

const MAX_BODY_BYTES = 4 * 1024 * 1024
const BODY_DEADLINE_MS = 30_000

/** The answer to a body that could not be had. */
function answerToBody(problem: BodyProblem): Response {
  switch (problem) {
    case 'too_large':
      return Response.json({ error: 'The request body is too large.' }, { status: 413 })
    case 'too_slow':
      return Response.json({ error: 'The request body did not come in time.' }, { status: 408 })
    case 'taken':
      return Response.json({ error: BODY_TAKEN }, { status: 500 })
    case 'broken':
      return Response.json({ error: 'The request body could not be read.' }, { status: 400 })
  }
}
