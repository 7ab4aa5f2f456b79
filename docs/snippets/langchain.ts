// LangChain.js: its adapters take no fetch, but they take a client of the MCP SDK v1 that has one.

import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { loadMcpTools } from '@langchain/mcp-adapters'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createAgent } from 'langchain'
import type { Caller } from 'onbehalf'

export async function ask(caller: Caller, url: string, model: BaseChatModel, question: string) {
  const tasks = new Client({ name: 'app', version: '1.0.0' })
  try {
    await tasks.connect(
      new StreamableHTTPClientTransport(new URL(url), { fetch: caller.fetch('Tasks') }),
    )
    const agent = createAgent({ model, tools: await loadMcpTools('Tasks', tasks) })
    return (await agent.invoke({ messages: question })).messages.at(-1)?.text
  } finally {
    await tasks.close()
  }
}
