// A graph of LangGraph that interrupts itself before it deletes something.

import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, ToolMessage } from '@langchain/core/messages'
import {
  Command,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { loadMcpTools } from '@langchain/mcp-adapters'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Caller } from 'onbehalf'
import type { AgentChatOptions } from 'onbehalf/chatkit'
import { langchainEvents, langchainMessages, langchainResume } from 'onbehalf/langchain'

// One for the app. For several instances, a checkpointer over your database.
const checkpointer = new MemorySaver()

export const answer = (model: BaseChatModel): AgentChatOptions<Caller>['run'] =>
  async function* (request, { caller }) {
    const tasks = new Client({ name: 'app', version: '1.0.0' })
    try {
      await tasks.connect(
        new StreamableHTTPClientTransport(new URL(caller.url('Tasks')), {
          fetch: caller.fetch('Tasks'),
        }),
      )
      const graph = graphOf(model, await loadMcpTools('Tasks', tasks))
      const { resume, signal } = request
      const { thread, resume: decisions } = resume
        ? langchainResume(resume)
        : { thread: crypto.randomUUID() }
      yield* langchainEvents(
        graph.stream(
          resume ? new Command({ resume: decisions }) : { messages: langchainMessages(request) },
          { streamMode: ['messages', 'updates'], signal, configurable: { thread_id: thread } },
        ),
        { thread, resume, ownerOf: (tool) => ({ server: 'Tasks', tool }) },
      )
    } finally {
      await tasks.close()
    }
  }

function graphOf(model: BaseChatModel, tools: Awaited<ReturnType<typeof loadMcpTools>>) {
  const callsIn = (messages: (typeof MessagesAnnotation.State)['messages']) => {
    const last = messages.at(-1)
    return AIMessage.isInstance(last) ? (last.tool_calls ?? []) : []
  }
  return new StateGraph(MessagesAnnotation)
    .addNode('ask', async ({ messages }) => ({
      messages: [await (model.bindTools?.(tools) ?? model).invoke(messages)],
    }))
    .addNode(
      'review',
      ({ messages }) => {
        const calls = callsIn(messages)
        if (!calls.some(({ name }) => name.includes('delete'))) return new Command({ goto: 'call' })
        const actionRequests = calls.map(({ name, args }) => ({ name, args }))
        const { decisions } = interrupt({ actionRequests })
        if (decisions[0].type === 'approve') return new Command({ goto: 'call' })
        const refusals = calls.map(
          ({ id = '' }) =>
            new ToolMessage({ tool_call_id: id, content: decisions[0].message, status: 'error' }),
        )
        return new Command({ goto: 'ask', update: { messages: refusals } })
      },
      { ends: ['ask', 'call'] },
    )
    .addNode('call', new ToolNode(tools))
    .addEdge(START, 'ask')
    .addConditionalEdges('ask', ({ messages }) => (callsIn(messages).length > 0 ? 'review' : END))
    .addEdge('call', 'ask')
    .compile({ checkpointer })
}
