// An agent's run as ChatKit events: its texts as messages, its calls as the tasks of a workflow, without arguments or results.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerContext, ChatCaller } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import { type AgentResponseOptions, answerWriter } from './answer-writer.ts'

/**
 * Maps an agent's events: those of `runAgent`, of an agent of the app's own by `agentEvents`, or of any other source. When the run fails, what was
 * written of its text is kept. For a run that asks the person to approve calls, take `agentChat`.
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
  const writer = answerWriter(context.newItem, options)
  const out: AnswerEvent[] = []
  try {
    for await (const event of events) {
      if (event.type === 'approval_needed')
        throw new TypeError('A run asks for an approval, which is what agentChat is for')
      writer.write(event, out)
      for (const one of out) yield one
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
