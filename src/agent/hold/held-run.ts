// A run of any framework whose calls wait for the person: it ends with `approval_needed` when one
// does. When it is continued, the approved calls are made first, and the agent goes on from there.

import { endsSignIn, type Refusal } from '../../core/errors.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import type { ApprovalPolicy, BeforeCall } from '../approval.ts'
import { DECLINED, insteadOf } from '../asking.ts'
import type { AgentEvent, PendingCall, ResumedRun } from '../events.ts'
import { keptArguments, keptOutput, structuredIn } from '../keep.ts'
import type { AgentTurn, KeptCall } from '../turn.ts'
import { type Calling, canCall, heldCaller } from './held-caller.ts'
import { createHold, type HeldCall, type Hold, NOT_NOW } from './hold.ts'
import { makeCall } from './make-call.ts'
import { turnsOfRun } from './turns-of-run.ts'

/** What a run is given that matters here. */
export interface HeldRequest {
  readonly input: readonly AgentTurn[]
  readonly signal: AbortSignal
  readonly approvals: ApprovalPolicy
  readonly beforeCall?: BeforeCall
  readonly resume?: ResumedRun
}

/** A run for a caller. */
export type CallerRun<R extends HeldRequest, C extends object> = (
  request: R,
  caller: C,
) => AsyncIterable<AgentEvent>

/**
 * Runs the agent for a caller whose `fetch` holds the calls that wait.
 *
 * A run that asks the person itself, as `runAgent` does, asks as before: its own `approval_needed`
 * passes, and so does what continues it.
 *
 * @throws What the run throws; AuthError when the sign-in has ended, and when an approved call cannot
 *   be made.
 */
export function heldRun<R extends HeldRequest, C extends object>(
  request: R,
  caller: C,
  run: CallerRun<R, C>,
): AsyncIterable<AgentEvent> {
  if (!canCall(caller)) return run(request, caller)
  const { resume } = request
  const state = resume && parseHeldState(resume.state)
  return resume && state
    ? continuedRun(request, resume, state, caller, run)
    : untilHeld(request, [], caller, run)
}

/** What happens after the person's decision. */
async function* continuedRun<R extends HeldRequest, C extends Calling>(
  request: R,
  { approved }: ResumedRun,
  { calls, turns: before }: HeldState,
  caller: C,
  run: CallerRun<R, C>,
): AsyncGenerator<AgentEvent, void, undefined> {
  const turns: AgentTurn[] = [...before]
  for (const call of calls) {
    if (approved) yield* approvedCall(call, turns, caller, request)
    else turns.push({ role: 'tool', ...keptCall(call), output: DECLINED })
  }
  const { resume: _, ...rest } = request
  const continued = { ...(rest as R), input: [...request.input, ...turns] }
  yield* untilHeld(continued, turns, caller, run)
}

/** Runs the agent up to the first call that waits, and then asks. */
async function* untilHeld<R extends HeldRequest, C extends Calling>(
  request: R,
  before: readonly AgentTurn[],
  caller: C,
  run: CallerRun<R, C>,
): AsyncGenerator<AgentEvent, void, undefined> {
  const over = new AbortController()
  const signal = AbortSignal.any([request.signal, over.signal])
  // A run that asks by itself makes what was approved by itself.
  const hold = createHold(request.resume?.approved ? request.resume.calls : [])
  const turns = turnsOfRun(before)
  const { approvals: policy, beforeCall } = request
  const held = heldCaller(caller, { policy, hold, beforeCall, onRefused: hold.refuse })
  const reader = run({ ...request, signal }, held)[Symbol.asyncIterator]()
  const underWay = new Set<string>()
  let isOver = false
  try {
    for (;;) {
      const next = await nextOrLate(reader, hold)
      yield* hold.notices()
      isOver = next?.done === true
      if (!next || next.done === true || hold.ended()) break
      const event = next.value
      // The model must not go on meanwhile.
      if (hold.calls.length > 0 && !isOfCall(event)) break
      if (event.type === 'tool_started') underWay.add(event.callId)
      if (event.type === 'tool_done') underWay.delete(event.callId)
      turns.take(event)
      const shown = turns.shown(event, hold.calls)
      if (shown) yield shown
      if (hold.calls.length > 0 && underWay.size === 0) break
    }
  } catch (error) {
    isOver = true
    // A run that was ended may say so in its own way.
    if (hold.calls.length === 0 && !hold.ended() && !request.signal.aborted) throw error
  } finally {
    hold.clear()
    // First, because a framework may wait for its model before it returns.
    over.abort()
    if (!isOver) await endReader(reader, hold)
  }
  const ended = hold.ended()
  if (request.signal.aborted) return
  // The model must not write an answer about the end of the sign-in.
  if (ended) throw toError(ended)
  if (hold.calls.length > 0)
    yield {
      type: 'approval_needed',
      calls: hold.calls.map(pendingCall),
      state: JSON.stringify({ held: hold.calls, turns: turns.all() }),
    }
}

type Reader = AsyncIterator<AgentEvent, unknown, unknown>

/** The next event; undefined when a call waits and the framework says nothing more. */
function nextOrLate(
  reader: Reader,
  hold: Hold,
): Promise<IteratorResult<AgentEvent, unknown> | undefined> {
  return new Promise((resolve, reject) => {
    hold.whenLate(() => resolve(undefined))
    reader.next().then(resolve, reject)
  })
}

/** The person need not wait for a run that does not end. */
async function endReader(reader: Reader, hold: Hold): Promise<void> {
  const ended = Promise.resolve(reader.return?.())
  if (hold.calls.length === 0 && !hold.ended()) await ended
  else ended.catch(() => undefined)
}

/** The events of a call: the others are of the model. */
const OF_CALLS: ReadonlySet<AgentEvent['type']> = new Set([
  'tool_started',
  'tool_progress',
  'call_kept',
  'tool_result',
  'tool_done',
])

function isOfCall({ type }: AgentEvent): boolean {
  return OF_CALLS.has(type)
}

/** Makes an approved call, and adds it to the turns. */
async function* approvedCall(
  call: HeldCall,
  turns: AgentTurn[],
  caller: Calling,
  { signal, beforeCall }: HeldRequest,
): AsyncGenerator<AgentEvent, void, undefined> {
  const { callId, tool: name, server } = call
  const kept = keptCall(call)
  yield { type: 'call_kept', call: kept }
  yield { type: 'tool_started', callId, name, server }
  const refused: Refusal[] = []
  let isMade = false
  const fetch = caller.fetch(server, {
    onRefused: (refusal) => refused.push(refusal),
    // The person has seen this very call, and nothing else is called here.
    approved({ tool }) {
      const isThis = tool === name && !isMade
      isMade = true
      return isThis || NOT_NOW
    },
  })
  const outgoing = { server, name, arguments: call.arguments }
  const instead = await insteadOf(beforeCall, outgoing)
  const result =
    instead === undefined
      ? await makeCall(call, fetch, signal)
      : { content: [{ type: 'text', text: instead }], isError: true }
  for (const refusal of refused) {
    if (endsSignIn(refusal.reason)) throw toError(refusal)
    if (refusal.reason === 'connection_needed') yield { type: 'connection_needed', server }
  }
  const output = keptOutput(result)
  turns.push({ role: 'tool', ...kept, output })
  yield { type: 'call_kept', call: { ...kept, output } }
  const structured = structuredIn(result)
  const drawn = structured === undefined ? {} : { structured }
  yield { type: 'tool_result', ...kept, server, text: output, ...drawn }
  yield { type: 'tool_done', callId, name, outcome: result.isError === true ? 'failed' : 'done' }
}

function keptCall({ callId, tool: name, arguments: args }: HeldCall): KeptCall {
  return { callId, name, arguments: keptArguments(args) }
}

function pendingCall(call: HeldCall): PendingCall {
  const { callId, server, tool, title, arguments: args, scopes = [] } = call
  const named = title === undefined ? {} : { title }
  return { callId, name: tool, server, ...named, arguments: args, scopes }
}

interface HeldState {
  readonly calls: readonly HeldCall[]
  readonly turns: readonly AgentTurn[]
}

/**
 * The state of a run that was held here; undefined for one that asked by itself. The store gives
 * back what was written above, so its shape is trusted.
 */
function parseHeldState(text: string): HeldState | undefined {
  const value = parseJson(text)
  if (!isObject(value) || !Array.isArray(value.held)) return undefined
  const { held, turns } = value as unknown as {
    readonly held: readonly HeldCall[]
    readonly turns: readonly AgentTurn[]
  }
  return { calls: held, turns }
}
