// A graph of LangGraph with an interrupt of its own in the chat, as docs/chat/langchain.md shows it, and
// an agent of LangChain with its middleware that asks.

import { Command, MemorySaver } from '@langchain/langgraph'
import { loadMcpTools } from '@langchain/mcp-adapters'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { type AgentMiddleware, createAgent, humanInTheLoopMiddleware } from 'langchain'
import type { Caller } from 'onbehalf'
import type { AgentChatOptions } from 'onbehalf/chatkit'
import { langchainEvents, langchainMessages, langchainResume } from 'onbehalf/langchain'
import { describe, expect, it } from 'vitest'
import { answer } from '../../../docs/snippets/chat/langgraph.ts'
import { chatHouse } from './house.ts'
import { Playing } from './langchain-model.ts'

const checkpointer = new MemorySaver()
// Its own types do not fit `createAgent` under exactOptionalPropertyTypes.
const middleware = humanInTheLoopMiddleware as (config: object) => unknown
const review = middleware({ interruptOn: { taskflow_delete_task: true } }) as AgentMiddleware

/** LangChain's own agent, whose middleware asks before it deletes. */
const withMiddleware: AgentChatOptions<Caller>['run'] = async function* (request, { caller }) {
  const tasks = new Client({ name: 'app', version: '1.0.0' })
  try {
    const transport = { fetch: caller.fetch('Tasks') }
    await tasks.connect(new StreamableHTTPClientTransport(new URL(caller.url('Tasks')), transport))
    const agent = createAgent({
      model: new Playing(),
      tools: await loadMcpTools('Tasks', tasks),
      middleware: [review],
      checkpointer,
    })
    const { resume, signal } = request
    const { thread, resume: decisions } = resume
      ? langchainResume(resume)
      : { thread: crypto.randomUUID() }
    yield* langchainEvents(
      agent.stream(
        resume ? new Command({ resume: decisions }) : { messages: langchainMessages(request) },
        { streamMode: ['messages', 'updates'], signal, configurable: { thread_id: thread } },
      ),
      { thread, resume, ownerOf: (tool) => ({ server: 'Tasks', tool }) },
    )
  } finally {
    await tasks.close()
  }
}

describe.each([
  ['a graph that interrupts itself', answer(new Playing())],
  ['an agent with humanInTheLoopMiddleware', withMiddleware],
])('%s', (_, run) => {
  it('answers what needs no question', async () => {
    const house = chatHouse(run)
    const { events } = await house.say('alice', 'What is there?')
    expect(house.errors).toEqual([])
    expect(JSON.stringify(events)).toContain('You have two tasks.')
    expect(house.calls()).toEqual(['taskflow_list_tasks by alice'])
  })

  it('asks in the chat, and makes its call once after the yes', async () => {
    const house = chatHouse(run)
    const asked = await house.say('alice', 'Delete task 1')
    expect(house.errors).toEqual([])
    expect(house.calls()).toEqual([])
    expect(JSON.stringify(asked.card.widget)).toContain('taskflow_delete_task on Tasks')
    const events = await house.press('alice', asked, 'confirm')
    expect(house.errors).toEqual([])
    expect(house.calls()).toEqual(['taskflow_delete_task by alice'])
    expect(JSON.stringify(events)).toContain('It is gone.')
    const [card] = events.filter(({ item }) => item?.id === asked.card.id).slice(-1)
    expect(JSON.stringify(card.item.widget)).toContain('Done.')
  })

  it('makes no call after the no, and its model reads that', async () => {
    const house = chatHouse(run)
    const asked = await house.say('alice', 'Delete task 1')
    const events = await house.press('alice', asked, 'cancel')
    expect(house.errors).toEqual([])
    expect(house.calls()).toEqual([])
    expect(JSON.stringify(events)).toContain('I left it alone.')
  })
})
