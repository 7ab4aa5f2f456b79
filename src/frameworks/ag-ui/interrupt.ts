// How a run ends that waits for the person, and how the next one is told of their decision (AG-UI,
// Interrupts): one interrupt for all calls of the run, because one yes is for what was shown.

import type { PendingCall, ResumedRun } from '../../agent/events.ts'
import type { AgentTurn } from '../../agent/turn.ts'
import { visible } from '../../agent/visible.ts'
import type { Principal } from '../../core/principal.ts'
import { principalKey } from '../../core/principal.ts'
import type { PausedRuns } from './paused-runs.ts'
import type { AgUiInput } from './read-input.ts'

/** An interrupt of AG-UI. */
export interface AgUiInterrupt {
  readonly id: string
  readonly reason: 'tool_call' | 'confirmation'
  /** For a page that draws nothing of its own. */
  readonly message: string
  readonly toolCallId?: string
  readonly responseSchema: object
  /** ISO 8601. */
  readonly expiresAt: string
  readonly metadata: { readonly calls: readonly object[] }
}

/** Calls by the ids that the page knows them by. */
export type ShownIds = ReadonlyMap<string, string>

/** What continues a run. */
interface KeptState {
  /** The conversation before the run: what the page sends later may be more. */
  readonly input: readonly AgentTurn[]
  readonly calls: readonly PendingCall[]
  readonly state: string
  readonly shown: readonly (readonly [string, string])[]
}

/** A run with the decision of the person that it goes on with. */
export interface ContinuedRun {
  readonly input: readonly AgentTurn[]
  readonly resume: ResumedRun
  readonly shown: ShownIds
}

/** Why a request of the page cannot be answered. Each is a sentence for the page. */
export type ResumeProblem = 'waits' | 'not_open' | 'not_a_decision'

const ANSWER_WITHIN_MS = 15 * 60 * 1000

const RESPONSE_SCHEMA = {
  type: 'object',
  properties: { approved: { type: 'boolean' } },
  required: ['approved'],
}

/** The runs of one person's conversation that wait. */
export interface Waiting {
  /** What the request continues; undefined for one that continues nothing. */
  continued(resume: AgUiInput['resume']): Promise<ContinuedRun | ResumeProblem | undefined>
  /** Keeps a run, and gives the interrupt that ends it. */
  pause(
    input: readonly AgentTurn[],
    needed: { readonly calls: readonly PendingCall[]; readonly state: string },
    shown: ShownIds,
  ): Promise<AgUiInterrupt>
}

/** Looks at the runs of a conversation. Nobody else's decision can reach them. */
export function waitingRuns(
  runs: PausedRuns,
  { owner, threadId, now }: { readonly owner: Principal; threadId: string; now: () => number },
): Waiting {
  const key = JSON.stringify([principalKey(owner), threadId])
  return {
    async continued(resume) {
      const found = await runs.get(key)
      const open = found && found.expiresAt > now() ? found : undefined
      if (!resume) return open && 'waits'
      const [answer, ...more] = resume
      if (!open || !answer || more.length > 0 || answer.interruptId !== open.interruptId)
        return 'not_open'
      if (answer.approved === undefined) return 'not_a_decision'
      if (!(await runs.take(key, open.interruptId))) return 'not_open'
      // `pause` wrote it.
      const { input, calls, state, shown } = JSON.parse(open.state) as KeptState
      return { input, resume: { state, calls, approved: answer.approved }, shown: new Map(shown) }
    },
    async pause(input, { calls, state }, shown) {
      const interruptId = crypto.randomUUID()
      const expiresAt = now() + ANSWER_WITHIN_MS
      const kept: KeptState = { input, calls, state, shown: [...shown] }
      await runs.put(key, { interruptId, expiresAt, state: JSON.stringify(kept) })
      return interruptOf(interruptId, expiresAt, calls, shown)
    },
  }
}

function interruptOf(
  id: string,
  expiresAt: number,
  calls: readonly PendingCall[],
  shown: ShownIds,
): AgUiInterrupt {
  const about = calls.map(({ callId, tool, name: modelName, server, title, scopes, ...call }) => ({
    toolCallId: shown.get(callId) ?? callId,
    server,
    name: tool ?? modelName,
    ...(title === undefined ? {} : { title }),
    arguments: call.arguments,
    scopes,
  }))
  const [first] = about
  const lines = about.map(({ name, server, arguments: args }) => `${name} on ${server}: ${args}`)
  const isOne = about.length === 1 && first !== undefined
  return {
    id,
    reason: isOne ? 'tool_call' : 'confirmation',
    message: visible(['Approve this?', ...lines].join('\n')),
    ...(isOne ? { toolCallId: first.toolCallId } : {}),
    responseSchema: RESPONSE_SCHEMA,
    expiresAt: new Date(expiresAt).toISOString(),
    metadata: { calls: about },
  }
}

/** The sentence of a problem, as the last event of the run. */
export function sentenceOf(problem: ResumeProblem): string {
  switch (problem) {
    case 'waits':
      return 'A call waits for the answer of the person. Send it first (resume).'
    case 'not_open':
      return 'This question is not open any more. Nothing was done.'
    case 'not_a_decision':
      return 'The answer must be resolved with { "approved": true } or { "approved": false }, or cancelled.'
  }
}
