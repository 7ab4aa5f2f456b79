// A page with useChat.

import {
  convertToModelMessages,
  isStepCount,
  type LanguageModel,
  streamText,
  type UIMessage,
} from 'ai'
import type { OnBehalf } from 'onbehalf'
import { aiSdkTools, uiMessageResponse } from 'onbehalf/ai-sdk'

export const chat = (onbehalf: OnBehalf, model: LanguageModel) => (request: Request) =>
  onbehalf.handle(request, async (caller) => {
    const { messages } = (await request.json()) as { messages: UIMessage[] }
    const tasks = await aiSdkTools(caller, 'Tasks')
    return uiMessageResponse(
      streamText({
        model,
        tools: tasks.tools,
        messages: await convertToModelMessages(messages),
        stopWhen: isStepCount(10),
        abortSignal: request.signal,
        onError: () => {},
      }),
      tasks,
    )
  })
