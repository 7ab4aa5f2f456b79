// Has the policy judge what tools give back, after credentials were taken out. A result that nobody
// has judged does not go on, also where it comes in a stream that was resumed.

import { type CallPolicy, checkResult, type PolicyCall } from '../core/call-policy.ts'
import { andThen, type Eventual } from '../core/eventual.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { toSentence } from '../core/sentences.ts'
import { withheldMessage } from './answer/failure-message.ts'
import { type Messages, toolCallOf } from './answer/message.ts'
import type { AnswerRules } from './answer/rules.ts'
import type { McpFetchOptions } from './fetch-options.ts'
import type { NoteRefusal } from './note-refusal.ts'

/** The rules of one `fetch` whose results are judged. */
interface JudgedRules {
  /** Called with what is sent, so that it is known which tool a result is of. */
  readonly sent: (messages: Messages | undefined) => void
  /** For every answer and stream. */
  readonly rules: AnswerRules
}

/** Requests whose answers are awaited. With more, the oldest one's is withheld. */
const MAX_AWAITED = 1_000
/** A request that is no call of a tool: nobody judges its answer. */
const UNJUDGED = 'unjudged'

/** Puts the judging behind the rules that clean. They stay as they are where no results are judged. */
export function judgedRules(
  { policy, binding, principal, claims = {} }: McpFetchOptions,
  note: NoteRefusal,
  cleaning: AnswerRules,
): JudgedRules {
  if (!policy?.check) return { sent() {}, rules: cleaning }
  const awaited = new Map<unknown, PolicyCall | typeof UNJUDGED>()
  const withhold = (message: UnknownObject, tool: string, advice?: string) => {
    note('result_withheld', tool, advice === undefined ? 'unjudged' : undefined)
    const said = toSentence({
      reason: 'result_withheld',
      server: binding.name,
      ...(advice === undefined ? {} : { advice }),
    })
    return withheldMessage({ ...message, result: { content: [] } }, said)
  }

  function judge(message: unknown, policy: CallPolicy): Eventual<unknown> {
    if (!isObject(message) || !('result' in message || 'error' in message)) return message
    const asked = awaited.get(message.id)
    // Clients are lax: for some, the text "1" is the number 1. So an answer that is to no request of
    // these goes no further, whatever its id.
    if (!asked) return withhold(message, 'a result')
    awaited.delete(message.id)
    if (asked === UNJUDGED) return message
    return andThen(
      checkResult(policy, asked, message.result ?? { error: message.error }),
      (judged) => (judged.ok ? message : withhold(message, asked.tool, judged.refusal.advice)),
    )
  }

  return {
    sent(messages) {
      for (const message of messages?.list ?? []) {
        const { id, method } = message
        if (id === undefined || method === undefined) continue
        const asked = judgedIn(message)
        awaited.set(id, asked ? { principal, claims, server: binding.name, ...asked } : UNJUDGED)
        const [oldest] = awaited.size > MAX_AWAITED ? awaited.keys() : []
        if (oldest !== undefined) awaited.delete(oldest)
      }
    },
    rules: {
      ...cleaning,
      message: (message, budget) =>
        andThen(cleaning.message(message, budget), (clean) => judge(clean, policy)),
    },
  }
}

/** What a request asks for whose answer is judged: a tool, or what a tool has done meanwhile. */
function judgedIn(message: UnknownObject): Pick<PolicyCall, 'tool' | 'args'> | undefined {
  const call = toolCallOf(message)
  if (call?.kind === 'tools') return { tool: call.name, args: call.args }
  const { method, params } = message
  // A task's result has no name of its tool, so the filter gets the method in its place.
  return typeof method === 'string' && method.startsWith('tasks/')
    ? { tool: method, args: params }
    : undefined
}
