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
  /** For an answer to what was sent here. */
  readonly rules: AnswerRules
  /** For a stream that may hold results of calls which were made elsewhere. */
  readonly streamRules: AnswerRules
}

/** Calls whose results are awaited. With more, the oldest one's is withheld. */
const MAX_AWAITED = 1_000

/** Puts the judging behind the rules that clean. They stay as they are where no results are judged. */
export function judgedRules(
  { policy, binding, principal, claims = {} }: McpFetchOptions,
  note: NoteRefusal,
  cleaning: AnswerRules,
): JudgedRules {
  if (!policy?.check) return { sent() {}, rules: cleaning, streamRules: cleaning }
  const awaited = new Map<unknown, PolicyCall>()
  const withhold = (message: UnknownObject, tool: string, advice?: string) => {
    note('result_withheld', tool, advice === undefined ? 'unjudged' : undefined)
    const said = toSentence({
      reason: 'result_withheld',
      server: binding.name,
      ...(advice === undefined ? {} : { advice }),
    })
    return withheldMessage({ ...message, result: { content: [] } }, said)
  }

  function judge(message: unknown, policy: CallPolicy, isKnown: boolean): Eventual<unknown> {
    if (!isObject(message) || !('result' in message || 'error' in message)) return message
    const call = awaited.get(message.id)
    if (!call) return isKnown ? message : withhold(message, 'a result')
    awaited.delete(message.id)
    return andThen(
      checkResult(policy, call, message.result ?? { error: message.error }),
      (judged) => (judged.ok ? message : withhold(message, call.tool, judged.refusal.advice)),
    )
  }
  const judging = (isKnown: boolean): AnswerRules => ({
    ...cleaning,
    message: (message, budget) =>
      andThen(cleaning.message(message, budget), (clean) => judge(clean, policy, isKnown)),
  })

  return {
    sent(messages) {
      for (const message of messages?.list ?? []) {
        const call = toolCallOf(message)
        if (call?.kind !== 'tools' || message.id === undefined) continue
        const { name: tool, args } = call
        awaited.set(message.id, { principal, claims, server: binding.name, tool, args })
        const [oldest] = awaited.size > MAX_AWAITED ? awaited.keys() : []
        if (oldest !== undefined) awaited.delete(oldest)
      }
    },
    rules: judging(true),
    streamRules: judging(false),
  }
}
