// An agent of LangChain in the chat.

import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { loadMcpTools } from '@langchain/mcp-adapters'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createAgent } from 'langchain'
import type { Caller } from 'onbehalf'
import type { AgentChatOptions } from 'onbehalf/chatkit'
import { langchainEvents, langchainMessages } from 'onbehalf/langchain'

export const answer = (model: BaseChatModel): AgentChatOptions<Caller>['run'] =>
  async function* (request, { caller }) {
    const tasks = new Client({ name: 'app', version: '1.0.0' })
    try {
      await tasks.connect(
        new StreamableHTTPClientTransport(new URL(caller.url('Tasks')), {
          fetch: caller.fetch('Tasks'),
        }),
      )
      const agent = createAgent({ model, tools: await loadMcpTools('Tasks', tasks) })
      yield* langchainEvents(
        agent.stream(
          { messages: langchainMessages(request) },
          { streamMode: ['messages', 'updates'], signal: request.signal },
        ),
      )
    } finally {
      await tasks.close()
    }
  }
