// An agent's run as ChatKit events, and a thread as the agent's conversation.

import { describe, expect, test } from 'vitest'
import { toolTitle } from '../../src/chatkit/agent/tool-title.ts'
import { agentResponse, historyOf, type Item } from '../../src/chatkit/index.ts'
import type { AgentEvent } from '../../src/openai-agents/events.ts'
import { type Loose, message, testChat } from './support.ts'

const delta = (text: string): AgentEvent => ({ type: 'text_delta', delta: text })
const done = (text: string): AgentEvent => ({ type: 'text_done', text })
const started = (callId: string, name = 'taskflow_add_task'): AgentEvent => ({
  type: 'tool_started',
  callId,
  name,
  server: 'taskflow',
})
const ended = (callId: string, outcome: 'done' | 'failed' = 'done', name = 'taskflow_add_task'): AgentEvent => ({
  type: 'tool_done',
  callId,
  name,
  outcome,
})

/** The stream of a run, the server's own events left out, and the items that it left. */
async function run(events: readonly AgentEvent[]): Promise<{ events: Loose[]; items: Loose[] }> {
  async function* agent() {
    yield* events
  }
  const chat = testChat((_thread, _message, context) => agentResponse(agent(), context))
  const all = await chat.stream('alice', 'threads.create', { input: message('hi') })
  const { data } = await chat.json('alice', 'items.list', { thread_id: all[0].thread.id, order: 'asc' })
  return { events: all.slice(3), items: data.slice(1) }
}

const short = (events: readonly Loose[]) => events.map(({ type, update, item }) => `${type} ${update?.type ?? item?.type}`)

const MESSAGE = [
  'thread.item.added assistant_message',
  'thread.item.updated assistant_message.content_part.added',
  'thread.item.updated assistant_message.content_part.text_delta',
  'thread.item.updated assistant_message.content_part.done',
  'thread.item.done assistant_message',
]
const ONE_CALL = [
  'thread.item.added workflow',
  'thread.item.updated workflow.task.added',
  'thread.item.updated workflow.task.updated',
  'thread.item.done workflow',
]

describe('agentResponse', () => {
  test('text becomes one message with ids of our own', async () => {
    const { events, items } = await run([delta('Hel'), delta('lo'), done('Hello')])
    expect(short(events)).toEqual(MESSAGE.toSpliced(2, 0, MESSAGE[2] ?? ''))
    expect(new Set(events.map(({ item_id, item }) => item_id ?? item.id))).toEqual(
      new Set([expect.stringMatching(/^msg_[0-9a-f]{32}$/)]),
    )
    expect(items).toMatchObject([
      { type: 'assistant_message', content: [{ type: 'output_text', text: 'Hello', annotations: [] }] },
    ])
  })

  test('the final text wins over its deltas, and a text without deltas is a message, too', async () => {
    expect((await run([delta('Helo'), done('Hello')])).items).toMatchObject([{ content: [{ text: 'Hello' }] }])
    expect((await run([done('Hello')])).items).toMatchObject([{ content: [{ text: 'Hello' }] }])
  })

  test('two messages are two items; empty ones are none', async () => {
    const { items } = await run([done(''), delta(''), delta('a'), done('a'), done('b'), done('')])
    expect(items).toMatchObject([{ content: [{ text: 'a' }] }, { content: [{ text: 'b' }] }])
  })

  test('a tool call is a task of a workflow that is complete before the next text begins', async () => {
    const { events, items } = await run([started('c1'), ended('c1'), delta('Added.'), done('Added.')])
    expect(short(events)).toEqual([...ONE_CALL, ...MESSAGE])
    expect(events[1].update).toEqual({
      type: 'workflow.task.added',
      task_index: 0,
      task: { type: 'custom', status_indicator: 'loading', title: 'Add task' },
    })
    expect(items[0].workflow).toEqual({
      type: 'custom',
      tasks: [{ type: 'custom', status_indicator: 'complete', title: 'Add task' }],
      summary: { title: 'Add task' },
      expanded: false,
    })
  })

  test('calls at once, out of order, are tasks of one workflow', async () => {
    const { items } = await run([
      started('c1'),
      started('c2', 'taskflow_list_tasks'),
      ended('c2', 'failed', 'taskflow_list_tasks'),
      ended('c1'),
    ])
    expect(items).toHaveLength(1)
    expect(items[0].workflow).toMatchObject({
      tasks: [
        { title: 'Add task', status_indicator: 'complete' },
        { title: 'List tasks', status_indicator: 'none', content: 'This did not work.' },
      ],
      summary: { title: 'Add task, List tasks' },
    })
  })

  test('text between calls gives two workflows, each of its own; an unfinished message is completed first', async () => {
    const { events, items } = await run([started('c1'), ended('c1'), delta('One.'), started('c1'), ended('c1')])
    expect(short(events)).toEqual([...ONE_CALL, ...MESSAGE, ...ONE_CALL])
    expect(items.map(({ type }) => type)).toEqual(['workflow', 'assistant_message', 'workflow'])
    expect(items[1].content[0].text).toBe('One.')
    expect(items[0].id).not.toBe(items[2].id)
  })

  test('a call whose end is not heard of does not turn for ever; an end without a beginning is nothing', async () => {
    const { items } = await run([ended('c0'), started('c1'), ended('c0')])
    expect(items[0].workflow.tasks).toEqual([{ type: 'custom', status_indicator: 'none', title: 'Add task' }])
  })

  test('many different calls have a short summary', async () => {
    const { items } = await run(['a', 'b', 'c', 'd'].map((name) => started(name, name)))
    expect(items[0].workflow.summary).toEqual({ title: 'A, B and 2 more' })
  })
})

test.each([
  ['taskflow_add_task', 'taskflow', 'Add task'],
  ['taskflow_add_task', undefined, 'Taskflow add task'],
  ['TaskFlow_addTask', 'taskflow', 'Add task'],
  ['requestReview', 'taskflow', 'Request review'],
  ['get-user.name', undefined, 'Get user name'],
  ['taskflow_', 'taskflow', 'taskflow_'],
])('the tool %s of %s is shown as "%s"', (name, server, title) => {
  expect(toolTitle(name, server)).toBe(title)
})

test('historyOf gives the conversation with the notes, and without what is only to be looked at', () => {
  const base = { id: 'x', thread_id: 't', created_at: '2026-01-01T00:00:00.000Z' }
  const items: Item[] = [
    {
      ...base,
      type: 'user_message',
      content: [
        { type: 'input_text', text: 'Ask ' },
        { type: 'input_tag', id: 'e', text: 'Ada', data: {}, interactive: false },
      ],
      attachments: [],
      quoted_text: 'one\ntwo',
      inference_options: {},
    },
    { ...base, type: 'workflow', workflow: { type: 'custom', tasks: [], expanded: false } },
    { ...base, type: 'assistant_message', content: [{ type: 'output_text', text: 'Half', annotations: [] }] },
    { ...base, type: 'sdk_hidden_context', content: 'Stopped.' },
    { ...base, type: 'hidden_context_item', content: { n: null } },
    { ...base, type: 'end_of_turn' },
  ]
  expect(historyOf(items)).toEqual([
    { role: 'user', text: '> one\n> two\n\nAsk Ada' },
    { role: 'assistant', text: 'Half' },
    { role: 'user', text: '[Note from the app: Stopped.]' },
    { role: 'user', text: '[Note from the app: {"n":null}]' },
  ])
})
