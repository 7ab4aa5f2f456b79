// An agent of the AI SDK in the chat.

import { isStepCount, type LanguageModel, streamText } from 'ai'
import type { Caller } from 'onbehalf'
import { aiSdkEvents, aiSdkMessages, aiSdkTools } from 'onbehalf/ai-sdk'
import type { AgentChatOptions } from 'onbehalf/chatkit'

export const answer = (model: LanguageModel): AgentChatOptions<Caller>['run'] =>
  async function* (request, { caller }) {
    await using tasks = await aiSdkTools(caller, 'Tasks')
    const result = streamText({
      model,
      instructions: 'Use the tools.',
      messages: aiSdkMessages(request),
      tools: tasks.tools,
      stopWhen: isStepCount(10),
      abortSignal: request.signal,
      onError: () => {},
    })
    yield* aiSdkEvents(result)
  }
