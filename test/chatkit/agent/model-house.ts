// An agent in a chat, with a model behind one of OpenAI's APIs and an MCP server that says what a
// test wants. It holds no test.

import type { Model } from '@openai/agents'
import { type RunAgentOptions, runAgent } from 'onbehalf/openai-agents'
import {
  type AgentChatOptions,
  agentChat,
  type ChatkitServerOptions,
} from '../../../src/chatkit/index.ts'
import type { ModelRequestBody } from '../../openai-agents/model-server.ts'
import { type Loose, message, type TestCaller, type TestChat, testChat } from '../support.ts'

export interface ModelHouse extends TestChat {
  /** Says something, in a new thread or in this one. Gives the thread and the events. */
  say(
    text: string,
    threadId?: string,
  ): Promise<{ readonly threadId: string; readonly events: Loose[] }>
}

export interface ModelHouseOptions {
  readonly model: Model
  /** The MCP server's fetch. */
  readonly fetch: typeof globalThis.fetch
  readonly agent?: Partial<AgentChatOptions<TestCaller>>
  readonly run?: Partial<RunAgentOptions>
  readonly server?: Partial<ChatkitServerOptions<TestCaller>>
}

/** One instance of the chat server. */
export function modelHouse({ model, fetch, agent, run, server }: ModelHouseOptions): ModelHouse {
  const answers = agentChat<TestCaller>({
    run: (request, { caller }) =>
      runAgent({
        ...request,
        caller: { principal: caller.principal, fetch: () => fetch },
        servers: [{ name: 'raw', url: 'https://raw.test/mcp' }],
        model,
        instructions: 'Help.',
        ...run,
      }),
    ...agent,
  })
  const { respond, ...others } = answers
  const chat = testChat(respond, { ...others, ...server })
  return {
    ...chat,
    async say(text, threadId) {
      const input = message(text)
      const events = threadId
        ? await chat.stream('alice', 'threads.add_user_message', { thread_id: threadId, input })
        : await chat.stream('alice', 'threads.create', { input })
      return { threadId: threadId ?? events[0].thread.id, events }
    },
  }
}

/** One thing that a request tells the model, in the same words for both APIs. */
export type Told = readonly [
  what: 'user' | 'assistant' | 'reasoning' | 'call' | 'result',
  ...words: readonly string[],
]

/** What a request tells the model, without the instructions. */
export function toldIn(request: ModelRequestBody | undefined): readonly Told[] {
  const { messages, input } = request?.body ?? {}
  return (messages ?? input ?? []).flatMap((item: Loose): Told[] => {
    if (item.role === 'system' || item.role === 'developer') return []
    if (item.role === 'tool') return [['result', item.tool_call_id, textOf(item.content)]]
    if (item.type === 'function_call_output') return [['result', item.call_id, textOf(item.output)]]
    if (item.type === 'function_call') return [['call', item.call_id, item.name, item.arguments]]
    if (item.type === 'reasoning') return [['reasoning', item.id ?? '']]
    const calls = (item.tool_calls ?? []).map(({ id, function: called }: Loose) => [
      'call',
      id,
      called.name,
      called.arguments,
    ])
    const text = textOf(item.content)
    return [
      ...(item.reasoning ? [['reasoning', item.reasoning] as const] : []),
      ...(text === '' ? [] : [[item.role, text] as const]),
      ...calls,
    ]
  })
}

function textOf(content: Loose): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part: Loose) => part.text ?? `<${part.type}>`).join('\n')
}
