// Interrupts of LangGraph as questions to the person, and what the graph goes on with after the answer.

import { DECLINED } from '../agent/asking.ts'
import type { ToolOwner } from '../agent/event-writer.ts'
import type { PendingCall, ResumedRun } from '../agent/events.ts'
import { isObject, type UnknownObject, writeJson } from '../core/json.ts'
import { objectsIn, textIn } from './fields.ts'

/** A call that a model has begun: its id, its name. */
export interface BegunCall {
  readonly id: string
  readonly name: string
}

/** What one interrupt asks. */
export interface GraphQuestion {
  readonly id: string
  /** How many calls its answer must decide on; null where the answer is a yes or a no. */
  readonly requests: number | null
  readonly calls: readonly PendingCall[]
}

/** What continues the graph. */
interface GraphState {
  readonly thread: string
  readonly asked: readonly Pick<GraphQuestion, 'id' | 'requests'>[]
}

/**
 * The questions of an update of the graph. The value of an interrupt is read as LangChain's
 * `humanInTheLoopMiddleware` writes it, with `actionRequests`; any other is one question.
 *
 * @param begun Calls of the model that have no result yet.
 */
export function questionsIn(
  update: UnknownObject,
  begun: readonly BegunCall[],
  ownerOf: ((name: string) => ToolOwner | undefined) | undefined,
): GraphQuestion[] {
  const open = [...begun]
  return objectsIn(update.__interrupt__).map(({ id: interruptId, value }, at) => {
    const id = textIn(interruptId)
    const requests = isObject(value) ? objectsIn(value.actionRequests) : []
    if (requests.length === 0) {
      const asked = isObject(value) ? value : { question: value }
      const call = { callId: id || `interrupt-${at}`, name: 'continue', server: 'this app' }
      return { id, requests: null, calls: [{ ...call, ...argumentsOf(asked) }] }
    }
    const calls = requests.map(({ name: called, args }, index) => {
      const name = textIn(called)
      const found = open.find((one) => one.name === name)
      if (found) open.splice(open.indexOf(found), 1)
      const { server = 'this app', tool } = ownerOf?.(name) ?? {}
      const callId = found?.id ?? `${id}-${index}`
      return { callId, name, server, ...(tool === undefined ? {} : { tool }), ...argumentsOf(args) }
    })
    return { id, requests: requests.length, calls }
  })
}

function argumentsOf(value: unknown): Pick<PendingCall, 'arguments' | 'scopes'> {
  return { arguments: writeJson(isObject(value) ? value : {}) ?? '{}', scopes: [] }
}

/** What to keep of a graph that waits. */
export function graphState(thread: string, questions: readonly GraphQuestion[]): string {
  const asked = questions.map(({ id, requests }) => ({ id, requests }))
  return JSON.stringify({ thread, asked } satisfies GraphState)
}

/**
 * What a graph goes on with after the person's decision: give `resume` to a `Command`, with the
 * `thread_id` of the run that waited.
 *
 * @param resumed The `resume` of the request, as `agentChat` gives it to a run that asked.
 *
 * @example
 * ```ts
 * const { thread, resume } = langchainResume(request.resume)
 * graph.stream(new Command({ resume }), { configurable: { thread_id: thread } })
 * ```
 */
export function langchainResume({ state, approved }: ResumedRun): {
  readonly thread: string
  /** The answer to each interrupt, by its id. */
  readonly resume: Record<string, unknown>
} {
  // `graphState` wrote it.
  const { thread, asked } = JSON.parse(state) as GraphState
  const decision = approved ? { type: 'approve' } : { type: 'reject', message: DECLINED }
  const answers = asked.map(({ id, requests }) => [
    id,
    requests === null ? approved : { decisions: Array.from({ length: requests }, () => decision) },
  ])
  return { thread, resume: Object.fromEntries(answers) }
}
