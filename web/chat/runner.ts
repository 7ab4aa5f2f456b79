// Runs one stream at a time, from its request to its end, with stop and resume. answers.ts decides
// what an end leads to.

import type { ClientToolCallItem } from '../../src/chatkit/protocol/item.ts'
import { RENEWS } from '../../src/chatkit/protocol/ours.ts'
import type { ResumeParams, StreamParams } from '../../src/chatkit/protocol/request.ts'
import { type FollowEnd, type Followed, follow } from '../client/follow.ts'
import { defined, parseJson } from '../client/json.ts'
import { parseEvent } from '../client/parse.ts'
import { applyEvent } from '../state/apply-event.ts'
import { hasPending, withCutItems } from '../state/conversation.ts'
import { runPageTool, type ToolOutcome } from './page-tool.ts'
import type { RunOutcome } from './parts.ts'
import { renewSignIn } from './renew.ts'
import type { Running, Session } from './session.ts'

type Requests = StreamParams & { readonly 'onbehalf.runs.resume': ResumeParams }

/** A request that the server answers with a stream. */
export type RunRequest = {
  readonly [T in keyof Requests]: {
    readonly type: T
    readonly params: Requests[T]
    readonly idempotencyKey?: string
  }
}[keyof Requests]

/** How a run ended. `reread`: the server may have stored more than arrived here. */
export type RunEnd =
  | { readonly kind: 'over' | 'stopped'; readonly reread: boolean }
  | {
      readonly kind: 'broken'
      readonly error: unknown
      readonly resumable: boolean
      readonly reread: boolean
    }
  | { readonly kind: 'refused'; readonly error: unknown; readonly reread: boolean }

/**
 * Milliseconds after which a stop ends the connection itself: the server did not answer, or no
 * first event came.
 */
const STOP_DEADLINE_MS = 5000

/** Tells the host page about one stream. */
interface Report {
  readonly isOpen: boolean
  open(trace: string | undefined): void
  end(outcome: RunOutcome): void
}

/** Runs a stream to its end. Never throws: a refusal is an end, too. */
export async function runStream(session: Session, request: RunRequest): Promise<RunEnd> {
  const run = begin(session)
  const report = createReport(session, request.type)
  let end: RunEnd
  try {
    end = endOf(await drain(session, request, run, report), run)
  } catch (error) {
    const resumable = run.resumable === true
    if (run.controller.signal.aborted) end = { kind: 'stopped', reread: false }
    else if (report.isOpen) end = { kind: 'broken', error, resumable, reread: false }
    else end = { kind: 'refused', error, reread: false }
  }
  if (session.running === run) finish(session, end, report)
  return end
}

/** Runs a tool of the page. Returns undefined when the person stopped it. */
export async function runTool(
  session: Session,
  call: ClientToolCallItem,
): Promise<ToolOutcome | undefined> {
  const run = begin(session)
  run.resumable = false
  const outcome = await runPageTool(session.parts.clientTool(), call, run.controller.signal)
  if (session.running === run) {
    session.running = undefined
    session.change({ phase: 'idle' })
  }
  return outcome
}

/** Stops the run: the person does not want the rest of the answer. */
export function stopRun(session: Session): void {
  const run = session.running
  if (!run || run.stopping || !session.state.conversation.canStop) return
  run.stopping = true
  session.change({ phase: 'stopping' })
  // Before the first event it is not known whether closing the connection ends the run.
  if (run.resumable === undefined) abortLater(session, run)
  else void halt(session, run)
}

/** Closes the stream because another thread is shown. A resumable answer goes on at the server. */
export function leaveRun(session: Session): void {
  const run = session.running
  session.running = undefined
  run?.controller.abort()
}

function begin(session: Session): Running {
  const run = { controller: new AbortController(), resumable: undefined, stopping: false }
  session.running = run
  session.change({ phase: 'running', lost: false })
  return run
}

/** Asks the server to end a run that would go on without us, and closes the connection. */
async function halt(session: Session, run: Running): Promise<void> {
  const id = session.threadId
  if (!run.resumable || id === undefined) return run.controller.abort()
  try {
    await session.parts.wire.ask('onbehalf.runs.stop', { thread_id: id }, run.controller.signal)
    // The stream brings the rest and ends. If it does not, it is closed.
    abortLater(session, run)
  } catch {
    run.controller.abort()
  }
}

function abortLater({ parts }: Session, { controller }: Running): void {
  parts.clock.after(STOP_DEADLINE_MS, () => controller.abort())
}

/** Reads everything until the end, or until another thread is on show. */
async function drain(
  session: Session,
  request: RunRequest,
  run: Running,
  report: Report,
): Promise<FollowEnd> {
  const stream = followRun(session, request, run)
  for (;;) {
    const step = await stream.next()
    if (step.done) return step.value
    run.controller.signal.throwIfAborted()
    switch (step.value.kind) {
      case 'opened':
        report.open(step.value.trace)
        if (session.state.lost) session.change({ lost: false })
        break
      case 'data':
        takeEvent(session, run, step.value.data, step.value.resumable)
        break
      case 'lost':
        session.change({ lost: true })
        break
    }
  }
}

function followRun(
  session: Session,
  { type, params, idempotencyKey }: RunRequest,
  run: Running,
): AsyncGenerator<Followed, FollowEnd> {
  const { wire, clock, waker } = session.parts
  return follow({
    first: (signal, onBytes) =>
      wire.open(type, params, defined({ signal, onBytes, idempotencyKey })),
    again: (after, signal, onBytes) => {
      const resumed = defined({ thread_id: session.threadId ?? '', after })
      return wire.open('onbehalf.runs.resume', resumed, { signal, onBytes })
    },
    joining: type === 'onbehalf.runs.resume',
    settled: () => run.stopping || !hasPending(session.state.conversation),
    signal: run.controller.signal,
    clock,
    waker,
  })
}

function takeEvent(session: Session, run: Running, data: string, resumable: boolean): void {
  const isFirst = run.resumable === undefined
  run.resumable = resumable
  const { listener, text, translate } = session.parts
  const given = parseJson(data)
  const event = parseEvent(translate?.(given) ?? given)
  if (event) {
    session.change({ lost: false, conversation: applyEvent(session.state.conversation, event) })
    listener.event(event)
    if (event.type === 'error')
      listener.failed(event.message ?? text('failed'), event.code, undefined)
    if (event.type === 'client_effect' && event.name === RENEWS) void renewSignIn(session)
  }
  // The person stopped it before it was known how.
  if (run.stopping && isFirst) void halt(session, run)
}

function endOf(end: FollowEnd, run: Running): RunEnd {
  const isOver = end.kind === 'over'
  if (run.stopping) return { kind: 'stopped', reread: isOver && run.resumable === true }
  if (isOver) return { kind: 'over', reread: false }
  return { kind: 'broken', error: end.error, resumable: end.last !== undefined, reread: false }
}

/** Cuts what is still pending after the end, and tells the host page. */
function finish(session: Session, { kind }: RunEnd, report: Report): void {
  session.running = undefined
  const { conversation: before } = session.state
  // What a run that is over leaves pending is read again, with the person's message in its place.
  const conversation = kind === 'over' ? before : withCutItems(before)
  session.change({
    phase: 'idle',
    lost: false,
    conversation: { ...conversation, progress: undefined },
  })
  if (kind === 'stopped') report.end('stopped')
  else report.end(kind === 'over' && !conversation.failure ? 'answered' : 'failed')
}

function createReport(session: Session, type: string): Report {
  const { listener } = session.parts
  let trace: string | undefined
  let isOpen = false
  const notice = () => ({ type, threadId: session.threadId, trace })
  return {
    get isOpen() {
      return isOpen
    },
    open(id) {
      trace = id
      if (isOpen) return
      isOpen = true
      listener.started(notice())
    },
    end(outcome) {
      if (isOpen) listener.ended(notice(), outcome)
    },
  }
}
