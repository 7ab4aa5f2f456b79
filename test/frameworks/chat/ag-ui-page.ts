// A page over AG-UI, and an app behind it whose agent is of the AI SDK. It holds no test.

import { isStepCount, streamText } from 'ai'
import { type AgUiOptions, agUiResponse } from '../../../src/frameworks/ag-ui/index.ts'
import { aiSdkEvents, aiSdkMessages, aiSdkTools } from '../../../src/frameworks/ai-sdk/index.ts'
import type { Caller } from '../../../src/index.ts'
import type { Loose } from '../../chatkit/support.ts'
import { taskServer } from '../../openai-agents/task-server.ts'
import { playingModel } from './ai-sdk-model.ts'
import { appOf, CHAT, secretOf } from './house.ts'

/** The page of one conversation. `send` sends the input of a run, and gives its events. */
export function agUiPage(options: Omit<AgUiOptions<Caller>, 'run'> = {}) {
  const tasks = taskServer({ tasks: [{ title: 'One' }, { title: 'Two' }] })
  const onbehalf = appOf(tasks)
  const handler = (request: Request) =>
    onbehalf.handle(request, (caller) =>
      agUiResponse(request, caller, {
        ...options,
        async *run(asked, held: Caller) {
          await using opened = await aiSdkTools(held, 'Tasks')
          yield* aiSdkEvents(
            streamText({
              model: playingModel(),
              messages: aiSdkMessages(asked),
              tools: opened.tools,
              stopWhen: isStepCount(10),
              abortSignal: asked.signal,
              onError: () => {},
            }),
          )
        },
      }),
    )
  return { tasks, send: (input: object, who = 'alice') => sentTo(handler, input, who) }
}

/** Sends the input of a run to an endpoint. */
export async function sentTo(
  handler: (request: Request) => Promise<Response>,
  input: object,
  who: string,
): Promise<Loose[]> {
  const request = new Request(CHAT, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretOf(who)}` },
    body: JSON.stringify({ threadId: 't1', runId: 'r1', tools: [], context: [], ...input }),
  })
  const text = await (await handler(request)).text()
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json ?? ''))
}
