// Mastra: an MCP client for one request of one caller. The id keeps it from being taken for a duplicate of another's.

import { Agent, type AgentConfig } from '@mastra/core/agent'
import { MCPClient } from '@mastra/mcp'
import type { Caller } from 'onbehalf'

export async function ask(
  caller: Caller,
  url: string,
  model: AgentConfig['model'],
  question: string,
) {
  const mcp = new MCPClient({
    id: caller.trace,
    servers: { tasks: { url: new URL(url), fetch: caller.fetch('Tasks') } },
  })
  try {
    const agent = new Agent({
      id: 'assistant',
      name: 'Assistant',
      instructions: '',
      model,
      tools: await mcp.listTools(),
    })
    return (await agent.generate(question)).text
  } finally {
    await mcp.disconnect()
  }
}
