// The model of the fault schedule: it deletes the task that the person names, and says what came of
// it. Its answers depend on nothing but what it is sent, so a schedule can count on them.

import {
  type Model,
  type ModelRequest,
  type protocol,
  type StreamEvent,
  Usage,
} from '@openai/agents'
import type { Points } from './points.ts'

type Output = (protocol.FunctionCallItem | protocol.AssistantMessageItem)[]

/** Makes the model. `requests` gets everything that it is sent. */
export function faultModel(
  points: Points,
  requests: string[],
  fault: () => Promise<void> = async () => {},
): Model {
  async function next(request: ModelRequest): Promise<Output> {
    requests.push(JSON.stringify(request.input), request.systemInstructions ?? '')
    return points.around('the model', async () => {
      await fault()
      request.signal?.throwIfAborted()
      return outputFor(request)
    })
  }
  return {
    async getResponse(request) {
      return { usage: new Usage({ requests: 1 }), responseId: 'r', output: await next(request) }
    },
    async *getStreamedResponse(request): AsyncGenerator<StreamEvent> {
      const output = await next(request)
      yield { type: 'response_started' }
      for (const text of textsOf(output))
        for (const delta of text.match(/\s*\S+/g) ?? []) yield { type: 'output_text_delta', delta }
      const usage = { requests: 1, inputTokens: 0, outputTokens: 0, totalTokens: 0 }
      yield { type: 'response_done', response: { id: 'r', usage, output } }
    },
  }
}

function outputFor({ input, tools }: ModelRequest): Output {
  const items = typeof input === 'string' ? [] : input
  const last = items.at(-1)
  const wanted = /Delete task (\d+)/.exec(JSON.stringify(last ?? ''))
  const tool = tools.find(({ name }) => name.endsWith('delete_task'))
  const isAsked = last !== undefined && 'role' in last && last.role === 'user'
  if (!isAsked || !wanted || !tool) return [message('Well, so.')]
  return [
    message('I will delete it.'),
    {
      type: 'function_call',
      callId: `call_${items.length}_${wanted[1]}`,
      name: tool.name,
      arguments: JSON.stringify({ task_id: Number(wanted[1]) }),
      status: 'completed',
    },
  ]
}

function textsOf(output: Output): string[] {
  return output.flatMap((item) =>
    item.type === 'message'
      ? item.content.flatMap((part) => (part.type === 'output_text' ? [part.text] : []))
      : [],
  )
}

function message(text: string): protocol.AssistantMessageItem {
  return {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text }],
  }
}
