// The AI SDK's own stand-in for a model, as a script plays it. Mastra takes the same.

import { MockLanguageModelV4, simulateReadableStream } from 'ai/test'
import type { Script } from './proof.ts'

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}

type Generated = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>

/**
 * A model that calls the tool once and then ends. A framework may put its name for the server
 * before the tool's.
 */
export function scriptedModel({ tool, args }: Script, requests: unknown[]): MockLanguageModelV4 {
  let turn = 0
  const next = (asked: {
    readonly prompt: unknown
    readonly tools?: readonly { readonly name: string }[] | undefined
  }): Generated => {
    requests.push(structuredClone({ prompt: asked.prompt, tools: asked.tools }))
    const toolName = asked.tools?.find(({ name }) => name.endsWith(tool))?.name ?? tool
    const called = turn++ === 0
    return {
      content: called
        ? [{ type: 'tool-call', toolCallId: 'call-1', toolName, input: JSON.stringify(args) }]
        : [{ type: 'text', text: 'finished' }],
      finishReason: { unified: called ? 'tool-calls' : 'stop', raw: undefined },
      usage: USAGE,
      warnings: [],
    }
  }
  return new MockLanguageModelV4({
    doGenerate: async (asked) => next(asked),
    async doStream(asked) {
      const { content, finishReason, usage } = next(asked)
      const [part] = content
      const parts =
        part?.type === 'tool-call'
          ? [part]
          : ([
              { type: 'text-start', id: '1' },
              { type: 'text-delta', id: '1', delta: 'finished' },
              { type: 'text-end', id: '1' },
            ] as const)
      const chunks = [
        { type: 'stream-start' as const, warnings: [] },
        ...parts,
        { type: 'finish' as const, finishReason, usage },
      ]
      return { stream: simulateReadableStream({ chunks }) }
    },
  })
}
