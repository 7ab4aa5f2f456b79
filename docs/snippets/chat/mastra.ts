// An agent of Mastra in the chat.

import { Agent, type AgentConfig } from '@mastra/core/agent'
import { MCPClient } from '@mastra/mcp'
import type { Caller } from 'onbehalf'
import type { AgentChatOptions } from 'onbehalf/chatkit'
import { mastraEvents, mastraMessages } from 'onbehalf/mastra'

export const answer = (model: AgentConfig['model']): AgentChatOptions<Caller>['run'] =>
  async function* (request, { caller }) {
    const mcp = new MCPClient({
      id: caller.trace,
      servers: { tasks: { url: new URL(caller.url('Tasks')), fetch: caller.fetch('Tasks') } },
    })
    try {
      const agent = new Agent({
        id: 'assistant',
        name: 'Assistant',
        instructions: 'Use the tools.',
        model,
        tools: await mcp.listTools(),
      })
      yield* mastraEvents(agent.stream(mastraMessages(request), { abortSignal: request.signal }))
    } finally {
      await mcp.disconnect()
    }
  }
