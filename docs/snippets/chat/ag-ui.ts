// An agent of the AI SDK behind AG-UI.

import { isStepCount, type LanguageModel, streamText } from 'ai'
import type { Caller, OnBehalf } from 'onbehalf'
import { type AgUiRunRequest, agUiResponse, memoryPausedRuns } from 'onbehalf/ag-ui'
import { aiSdkEvents, aiSdkMessages, aiSdkTools } from 'onbehalf/ai-sdk'

const pausedRuns = memoryPausedRuns()

export const answer = (onbehalf: OnBehalf, model: LanguageModel) => (request: Request) =>
  onbehalf.handle(request, (caller) =>
    agUiResponse(request, caller, {
      pausedRuns,
      async *run(asked: AgUiRunRequest, held: Caller) {
        await using tasks = await aiSdkTools(held, 'Tasks')
        const result = streamText({
          model,
          messages: aiSdkMessages(asked),
          tools: tasks.tools,
          stopWhen: isStepCount(10),
          abortSignal: asked.signal,
          onError: () => {},
        })
        yield* aiSdkEvents(result)
      },
    }),
  )
