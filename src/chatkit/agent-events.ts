// An agent's run as ChatKit events.

import type { AgentEvent } from '../openai-agents/events.ts'
import type { AnswerEvent } from './event.ts'
import type { AnswerContext, ChatCaller } from './options.ts'

/** Maps an agent's events to ChatKit events, with item ids of our own. */
export async function* agentResponse(
  events: AsyncIterable<AgentEvent>,
  context: Pick<AnswerContext<ChatCaller>, 'newItem'>,
): AsyncGenerator<AnswerEvent, void, undefined> {
  throw new Error(`not built yet: ${typeof events} ${typeof context}`)
}
