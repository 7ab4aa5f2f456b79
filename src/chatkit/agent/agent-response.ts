// An agent's run as ChatKit events: texts become messages, calls become tasks of a workflow,
// with arguments and results where the app wants that.

import type { AgentEvent } from '../../agent/events.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isFunction, type ValueChecks } from '../../core/option-values.ts'
import type { AnswerContext, ChatCaller } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import { type AgentResponseOptions, answerWriter } from './answer-writer.ts'

/** Every option of the function. A new one does not compile until it is here. */
const AGENT_RESPONSE_OPTIONS: OptionNames<AgentResponseOptions> = {
  connectUrl: 'optional',
  stepDetails: 'optional',
  now: 'optional',
}

const AGENT_RESPONSE_VALUES: ValueChecks = {
  connectUrl: isFunction('it gives the URL of the page that connects an account'),
}

/**
 * Maps an agent's events: from `runAgent`, from `agentEvents` for an agent of your own, or from any
 * other source. When the run fails, the text that was written so far stays.
 *
 * @throws TypeError when the run asks for an approval: use `agentChat` for such a run. What
 *   `events` throws is thrown on.
 *
 * @example
 * ```ts
 * respond: (thread, message, context) => agentResponse(runAgent({ ... }), context)
 * ```
 */
export async function* agentResponse(
  events: AsyncIterable<AgentEvent>,
  context: Pick<AnswerContext<ChatCaller>, 'newItem'>,
  options: AgentResponseOptions = {},
): AsyncGenerator<AnswerEvent, void, undefined> {
  checkOptions('agentResponse', '', options, AGENT_RESPONSE_OPTIONS, AGENT_RESPONSE_VALUES)
  const writer = answerWriter(context.newItem, options)
  const out: AnswerEvent[] = []
  try {
    for await (const event of events) {
      if (event.type === 'approval_needed')
        throw new TypeError(
          'The run asks for an approval, which agentResponse cannot do: use agentChat',
        )
      writer.write(event, out)
      for (const written of out) yield written
      out.length = 0
    }
  } catch (error) {
    out.length = 0
    writer.end(out)
    yield* out
    throw error
  }
  writer.end(out)
  yield* out
}
