// The answer of an agent of the AI SDK, in place of answer.js: its model calls the tool that it is
// given before each part, and says what that answered.

import { isStepCount, streamText } from 'ai'
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test'
import { aiSdkEvents, aiSdkMessages, aiSdkTools } from 'onbehalf/ai-sdk'

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}

function streamed(parts, unified) {
  const chunks = [
    { type: 'stream-start', warnings: [] },
    ...parts,
    { type: 'finish', finishReason: { unified, raw: undefined }, usage },
  ]
  return { stream: simulateReadableStream({ chunks }) }
}

const model = new MockLanguageModelV4({
  async doStream({ prompt, tools }) {
    const last = prompt.at(-1)
    if (last.role !== 'tool') {
      const call = { toolCallId: 'call-1', toolName: tools[0].name, input: '{}' }
      return streamed([{ type: 'tool-call', ...call }], 'tool-calls')
    }
    const [, delta] = /(\w+ by \w+)/.exec(JSON.stringify(last.content)) ?? []
    const id = '1'
    const said = { type: 'text-delta', id, delta: delta ?? JSON.stringify(last.content) }
    return streamed([{ type: 'text-start', id }, said, { type: 'text-end', id }], 'stop')
  },
})

async function told(caller, text) {
  await using tasks = await aiSdkTools(caller, 'Tasks')
  const messages = aiSdkMessages({ input: [{ role: 'user', text }] })
  const stopWhen = isStepCount(5)
  let said = ''
  for await (const event of aiSdkEvents(
    streamText({ model, messages, tools: tasks.tools, stopWhen }),
  ))
    if (event.type === 'text_delta') said += event.delta
  return said
}

async function* parts(caller, message) {
  for (let part = 1; part <= 3; part++) {
    yield `${message} ${part}: ${await told(caller, message)}\n`
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export function answer(caller, message) {
  const body = ReadableStream.from(parts(caller, message)).pipeThrough(new TextEncoderStream())
  return new Response(body, { headers: { 'content-type': 'text/plain' } })
}
