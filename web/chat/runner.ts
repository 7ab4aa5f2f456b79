// One stream at a time: from its request to its end, with stop and resume. What an end leads to is decided in chat.ts.

import type { ClientToolCallItem } from '../../src/chatkit/protocol/item.ts'
import type { Json } from '../../src/chatkit/protocol/json.ts'
import type { ResumeParams, StreamParams } from '../../src/chatkit/protocol/request.ts'
import { type FollowEnd, type Followed, follow } from '../client/follow.ts'
import { parseEvent } from '../client/parse.ts'
import { applyEvent } from '../state/apply-event.ts'
import { hasPending, withCutItems } from '../state/conversation.ts'
import type { ChatParts, ChatState, RunOutcome } from './parts.ts'

type Requests = StreamParams & { readonly 'onbehalf.runs.resume': ResumeParams }

/** A request that is answered with a stream. */
export type RunRequest = {
  readonly [T in keyof Requests]: {
    readonly type: T
    readonly params: Requests[T]
    readonly idempotencyKey?: string
  }
}[keyof Requests]

/** How a run ended; `reread`: the server may have stored more than came. */
export type RunEnd =
  | { readonly kind: 'over' | 'stopped'; readonly reread: boolean }
  | {
      readonly kind: 'broken'
      readonly error: unknown
      readonly resumable: boolean
      readonly reread: boolean
    }
  | { readonly kind: 'refused'; readonly error: unknown; readonly reread: boolean }

/** Runs streams. */
export interface Runner {
  run(request: RunRequest): Promise<RunEnd>
  /** Runs a tool of the page; undefined when it was stopped. */
  tool(call: ClientToolCallItem): Promise<{ readonly result: Json } | undefined>
  /** The person does not want the rest of the answer. */
  stop(): void
  /** Another thread is on show; a resumable answer goes on at the server. */
  leave(): void
}

/** A stop that gets no answer, or that waits for a first event, ends the connection after so many milliseconds. */
const STOP_DEADLINE_MS = 5000

interface Running {
  readonly controller: AbortController
  /** Whether the server gave ids: then closing the stream does not end the run. Undefined before the first event. */
  resumable: boolean | undefined
  stopping: boolean
}

/** Makes a runner that changes the given state. */
export function createRunner(
  parts: ChatParts,
  state: () => ChatState,
  change: (next: Partial<ChatState>) => void,
): Runner {
  const { wire, clock, waker, listener } = parts
  let running: Running | undefined

  function begin(): Running {
    running = { controller: new AbortController(), resumable: undefined, stopping: false }
    change({ phase: 'running', lost: false })
    return running
  }

  /** Asks the server to end the run where it would go on otherwise, and ends the connection. */
  async function halt(run: Running): Promise<void> {
    const id = state().conversation.thread?.id
    if (!run.resumable || id === undefined) return run.controller.abort()
    try {
      await wire.ask('onbehalf.runs.stop', { thread_id: id }, run.controller.signal)
      // The stream brings the rest and ends; one that does not is left.
      clock.after(STOP_DEADLINE_MS, () => run.controller.abort())
    } catch {
      run.controller.abort()
    }
  }

  function followed(request: RunRequest, run: Running): AsyncGenerator<Followed, FollowEnd> {
    const { type, params, idempotencyKey } = request
    const key = idempotencyKey === undefined ? {} : { idempotencyKey }
    return follow({
      first: (signal, onBytes) => wire.open(type, params, { signal, onBytes, ...key }),
      again: (after, signal, onBytes) => {
        const thread_id = state().conversation.thread?.id ?? ''
        const from = after === undefined ? {} : { after }
        return wire.open('onbehalf.runs.resume', { thread_id, ...from }, { signal, onBytes })
      },
      joining: type === 'onbehalf.runs.resume',
      settled: () => run.stopping || !hasPending(state().conversation),
      signal: run.controller.signal,
      clock,
      waker,
    })
  }

  /** One event of the stream. */
  function take(data: string, resumable: boolean, run: Running): void {
    const first = run.resumable === undefined
    run.resumable = resumable
    const event = parseEvent(parseJson(data))
    if (event) {
      change({ lost: false, conversation: applyEvent(state().conversation, event) })
      listener.event(event)
      if (event.type === 'error')
        listener.failed(event.message ?? parts.text('failed'), event.code, undefined)
    }
    if (run.stopping && first) void halt(run)
  }

  /** Everything that comes, until the end or until another thread is on show. */
  async function drain(
    request: RunRequest,
    run: Running,
    opened: (trace: string | undefined) => void,
  ): Promise<FollowEnd> {
    const stream = followed(request, run)
    for (;;) {
      const step = await stream.next()
      if (step.done) return step.value
      if (run.controller.signal.aborted) throw run.controller.signal.reason
      switch (step.value.kind) {
        case 'opened':
          opened(step.value.trace)
          if (state().lost) change({ lost: false })
          break
        case 'data':
          take(step.value.data, step.value.resumable, run)
          break
        case 'lost':
          change({ lost: true })
          break
      }
    }
  }

  /** After the end: what is still pending is cut, and the host page is told. */
  function finish(run: Running, end: RunEnd, told: (outcome: RunOutcome) => void): RunEnd {
    if (running !== run) return end
    running = undefined
    // What a run that is over leaves pending is read again, with the person's message in its place.
    const conversation =
      end.kind === 'over' ? state().conversation : withCutItems(state().conversation)
    change({ phase: 'idle', lost: false, conversation: { ...conversation, progress: undefined } })
    told(
      end.kind === 'stopped'
        ? 'stopped'
        : end.kind === 'over' && !conversation.failure
          ? 'answered'
          : 'failed',
    )
    return end
  }

  return {
    async run(request) {
      const run = begin()
      let trace: string | undefined
      let open = false
      const notice = () => ({
        type: request.type,
        threadId: state().conversation.thread?.id,
        trace,
      })
      const told = (outcome: RunOutcome) => {
        if (open) listener.ended(notice(), outcome)
      }
      try {
        const end = await drain(request, run, (id) => {
          trace = id
          if (!open) {
            open = true
            listener.started(notice())
          }
        })
        if (run.stopping)
          return finish(
            run,
            { kind: 'stopped', reread: end.kind === 'over' && run.resumable === true },
            told,
          )
        if (end.kind === 'over') return finish(run, { kind: 'over', reread: false }, told)
        return finish(
          run,
          { kind: 'broken', error: end.error, resumable: end.last !== undefined, reread: false },
          told,
        )
      } catch (error) {
        if (run.controller.signal.aborted)
          return finish(run, { kind: 'stopped', reread: false }, told)
        if (open)
          return finish(
            run,
            { kind: 'broken', error, resumable: run.resumable === true, reread: false },
            told,
          )
        return finish(run, { kind: 'refused', error, reread: false }, told)
      }
    },
    async tool(call) {
      const run = begin()
      run.resumable = false
      const stopped = new Promise<undefined>((resolve) => {
        run.controller.signal.addEventListener('abort', () => resolve(undefined), { once: true })
      })
      const work = async (): Promise<{ readonly result: Json }> => {
        try {
          const tool = parts.clientTool()
          if (!tool) return { result: { error: 'The page has no tool of this name.' } }
          const result = await tool(
            { name: call.name, params: call.arguments },
            { signal: run.controller.signal },
          )
          return { result: result ?? null }
        } catch {
          // Not the tool's own words: they were not written for a model.
          return { result: { error: 'The tool failed in the page.' } }
        }
      }
      const outcome = await Promise.race([work(), stopped])
      if (running === run) {
        running = undefined
        change({ phase: 'idle' })
      }
      return outcome
    },
    stop() {
      const run = running
      if (!run || run.stopping || !state().conversation.canStop) return
      run.stopping = true
      change({ phase: 'stopping' })
      // Before the first event it is not known whether closing the connection ends the run.
      if (run.resumable === undefined) clock.after(STOP_DEADLINE_MS, () => run.controller.abort())
      else void halt(run)
    },
    leave() {
      const run = running
      running = undefined
      run?.controller.abort()
    },
  }
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
