// The AI SDK's own stand-in for a model, as `script.ts` plays it. Mastra takes the same.

import { MockLanguageModelV4, simulateReadableStream } from 'ai/test'
import { nextStep } from './script.ts'

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}

type Streamed = Awaited<ReturnType<MockLanguageModelV4['doStream']>>
type Chunk = Streamed['stream'] extends ReadableStream<infer Part> ? Part : never

/** The model. */
export function playingModel(prefix?: string): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    doStream: async ({ prompt }) => ({
      stream: simulateReadableStream({
        chunks: chunksOf(JSON.stringify(prompt.at(-1)).replaceAll('\\', ''), prefix),
      }),
    }),
  })
}

/** A model whose provider answers with this error. */
export function refusingModel(error: Error): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    async doStream() {
      throw error
    },
  })
}

function chunksOf(read: string, prefix: string | undefined): Chunk[] {
  const { thought, text, call } = nextStep(read, prefix)
  return [
    { type: 'stream-start', warnings: [] },
    ...(thought === undefined
      ? []
      : ([
          { type: 'reasoning-start', id: 'r' },
          { type: 'reasoning-delta', id: 'r', delta: thought },
          { type: 'reasoning-end', id: 'r' },
        ] as const)),
    ...(text === undefined
      ? []
      : ([
          { type: 'text-start', id: 't' },
          { type: 'text-delta', id: 't', delta: text.slice(0, 3) },
          { type: 'text-delta', id: 't', delta: text.slice(3) },
          { type: 'text-end', id: 't' },
        ] as const)),
    ...(call
      ? ([
          {
            type: 'tool-call',
            toolCallId: 'call-1',
            toolName: call.name,
            input: JSON.stringify(call.args),
          },
        ] as const)
      : []),
    {
      type: 'finish',
      finishReason: { unified: call ? 'tool-calls' : 'stop', raw: undefined },
      usage: USAGE,
    },
  ]
}
