// OpenAI Agents SDK: an MCP server for one run of one caller.

import { Agent, MCPServerStreamableHttp, type Model, run } from '@openai/agents'
import type { Caller } from 'onbehalf'

export async function ask(caller: Caller, url: string, model: Model, question: string) {
  // The name is unique, because the SDK keeps lists of tools by name for the whole process.
  const tasks = new MCPServerStreamableHttp({
    url,
    fetch: caller.fetch('Tasks'),
    name: `Tasks ${caller.trace}`,
  })
  try {
    await tasks.connect()
    const agent = new Agent({ name: 'Assistant', model, mcpServers: [tasks] })
    return (await run(agent, question)).finalOutput
  } finally {
    await tasks.close()
  }
}
